/** `kubectl create -f`, `kubectl replace -f`: kubernetes/kubectl:pkg/cmd/create/create.go, pkg/cmd/replace. */
import { asObject, type JsonObject } from '#lab/api/json.ts'
import { metadataOf, nameOf } from '#lab/kubectl/client.ts'
import { pathOf } from '#lab/kubectl/discovery.ts'
import { bool, duration, type Flag, type Flags, int, text } from '#lab/kubectl/flags.ts'
import { getOne, typed } from '#lab/kubectl/lists.ts'
import { manifests, type Written } from '#lab/kubectl/manifest.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import { type Command, fileFlags, type Run } from '#lab/kubectl/run.ts'
import { isStatus, KubectlError, StatusError, throwAll } from '#lab/kubectl/trouble.ts'
import { untilGone } from '#lab/kubectl/wait.ts'
import {
  createObject,
  dryRunFlag,
  dryRunOf,
  replaceObject,
  told,
  type WriteOptions,
} from '#lab/kubectl/write.ts'

export const writeFlags: readonly Flag[] = [
  text('validate', '', 'strict'),
  text('field-manager'),
  bool('save-config'),
  dryRunFlag,
  ...fileFlags,
  ...outputFlags,
]

/** Of the server: kubernetes/kubectl:pkg/cmd/util/helpers.go (GetValidationDirective). Throws for a value that there is not. */
export function validationOf(flags: Flags): NonNullable<WriteOptions['validation']> {
  const value = flags.text('validate') ?? 'strict'
  if (['strict', 'true'].includes(value)) return 'Strict'
  if (value === 'warn') return 'Warn'
  if (['ignore', 'false', 'none', ''].includes(value)) return 'Ignore'
  throw new KubectlError(
    `invalid - validate option ${JSON.stringify(value)}; must be one of: strict (or true), warn, ignore (or false)`,
  )
}

/** The object with its namespace written into it. */
export const placed = ({ object, namespace }: Written): JsonObject =>
  namespace === undefined ? object : { ...object, metadata: { ...metadataOf(object), namespace } }

/** Puts kubectl's words and the file's name before a refusal (cmdutil.AddSourceToErr). */
export const fromSource =
  (verb: string, source: string) =>
  (error: unknown): never => {
    throw error instanceof StatusError
      ? error.because(`error when ${verb} ${JSON.stringify(source)}: `)
      : error
  }

export const createFile = {
  name: 'create',
  flags: [bool('edit'), text('raw'), text('selector', 'l'), bool('windows-line-endings'), ...writeFlags],
  run: async (run: Run): Promise<void> => {
    if (run.args.length > 0)
      throw new KubectlError(
        `Unexpected args: [${run.args.join(' ')}]\nSee 'kubectl create -h' for help and examples`,
      )
    if (!run.flags.has('filename')) throw new KubectlError('must specify one of -f and -k')
    await forWritten(run, async (each) => {
      const manager = run.flags.text('field-manager') ?? 'kubectl-create'
      const object =
        dryRunOf(run) === 'client'
          ? placed(each)
          : await createObject(run, each, placed(each), {
              manager,
              validation: validationOf(run.flags),
            }).catch(fromSource('creating', each.source))
      told(run, object, 'created')
    })
  },
} satisfies Command

export const replace: Command = {
  name: 'replace',
  flags: [
    bool('force'),
    text('cascade', '', 'background'),
    int('grace-period'),
    duration('timeout'),
    bool('wait'),
    text('raw'),
    text('subresource'),
    ...writeFlags,
  ],
  run: async (run) => {
    if (!run.flags.has('filename')) throw new KubectlError('must specify --filename to replace')
    await forWritten(run, (each) => (run.flags.on('force') ? forced(run, each) : replaced(run, each)))
  },
}

/** Each object of the files in turn; what went wrong is told at the end. */
export async function forWritten(run: Run, act: (each: Written) => Promise<void>): Promise<void> {
  const errors: unknown[] = []
  for (const each of await manifests(run)) {
    try {
      await act(each)
    } catch (error) {
      errors.push(error)
    }
  }
  throwAll(errors)
}

async function replaced(run: Run, each: Written): Promise<void> {
  const one = { ...each, name: nameOf(each.object) }
  const options = {
    manager: run.flags.text('field-manager') ?? 'kubectl-replace',
    validation: validationOf(run.flags),
  }
  const replacing = fromSource('replacing', each.source)
  const now = await getOne(run, one).catch(replacing)
  if (dryRunOf(run) === 'client') return told(run, placed(each), 'replaced')
  // The version that is there, unless the file says which one it replaces.
  const { resourceVersion } = asObject(now['metadata'])
  const metadata = { resourceVersion, ...metadataOf(placed(each)) }
  const object = await replaceObject(run, one, { ...placed(each), metadata }, options).catch(replacing)
  told(run, typed(each.resource, object), 'replaced')
}

async function forced(run: Run, each: Written): Promise<void> {
  const one = { ...each, name: nameOf(each.object) }
  const body = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    gracePeriodSeconds: run.flags.int('grace-period') ?? 0,
    propagationPolicy: 'Background',
  }
  try {
    await run.client.json(pathOf(each.resource, one), { method: 'DELETE', body: JSON.stringify(body) })
    run.print(
      `${each.resource.kind.toLowerCase()}${each.resource.group === '' ? '' : `.${each.resource.group}`} ${JSON.stringify(one.name)} deleted`,
    )
    await untilGone(run, one, {
      uid: '',
      endMs: run.ports.nowMs() + (run.flags.duration('timeout') || 300_000),
    })
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error
  }
  const object = await createObject(run, each, placed(each), { manager: 'kubectl-replace' })
  told(run, object, 'replaced')
}
