/** Commands that make an object out of flags: kubernetes/kubectl:pkg/cmd/create. */
import type { JsonObject } from '#lab/api/json.ts'
import { withLastApplied } from '#lab/kubectl/apply/last-applied.ts'
import { resourceOfKind } from '#lab/kubectl/discovery.ts'
import { bool, type Flag, text } from '#lab/kubectl/flags.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import { type Command, partedAtDash, type Run } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError } from '#lab/kubectl/trouble.ts'
import { createObject, dryRunFlag, dryRunOf, told, type WriteOptions } from '#lab/kubectl/write.ts'

export interface Generator {
  /** `create configmap`. */
  readonly name: string
  readonly aliases?: readonly string[]
  readonly flags: readonly Flag[]
  /** What the real one puts before a refusal: `failed to create configmap: `. */
  readonly before?: string
  /** The object, with its apiVersion and kind. Throws KubectlError for flags that do not make one. */
  build(run: Run, name: string): JsonObject | Promise<JsonObject>
}

export const generatorFlags: readonly Flag[] = [
  text('field-manager'),
  text('validate', '', 'strict'),
  bool('save-config'),
  dryRunFlag,
  ...outputFlags,
]

export const generated = (generator: Generator): Command => ({
  name: generator.name,
  ...(generator.aliases === undefined ? {} : { aliases: generator.aliases }),
  flags: [...generator.flags, ...generatorFlags],
  run: async (run) => {
    const object = await generator.build(run, nameIn(run))
    told(run, await made(run, object, generator), 'created')
  },
})

/** The one name; what stands after it (or after `--`) is a command of the object's own. */
function nameIn(run: Run): string {
  const { command } = run
  const { names } = partedAtDash(run)
  const [name] = names
  const takesWords = /^create (deployment|job|cronjob)$/.test(command)
  if (name === undefined || (names.length > 1 && !takesWords))
    throw new KubectlError(
      `exactly one NAME is required, got ${names.length}\nSee 'kubectl ${command} -h' for help and examples`,
    )
  return name
}

/** Creates the object unless it is a dry run. */
export async function made(
  run: Run,
  draft: JsonObject,
  o: { readonly before?: string; readonly manager?: string },
): Promise<JsonObject> {
  const { apiVersion, kind } = draft
  const resource = resourceOfKind(await run.discovery(), {
    apiVersion: String(apiVersion),
    kind: String(kind),
  })
  if (resource === undefined)
    throw new KubectlError(`no matches for kind "${String(kind)}" in version "${String(apiVersion)}"`)
  const object = run.flags.on('save-config') ? withLastApplied(draft) : draft
  if (dryRunOf(run) === 'client')
    return resource.namespaced && run.flags.has('namespace')
      ? { ...object, metadata: { ...(object['metadata'] as JsonObject), namespace: run.namespace } }
      : object
  const namespace = resource.namespaced ? run.namespace : undefined
  const options: WriteOptions = {
    manager: run.flags.text('field-manager') ?? o.manager ?? 'kubectl-create',
    validation: 'Strict',
  }
  return createObject(run, { resource, namespace }, object, options).catch((error: unknown) => {
    throw error instanceof StatusError && o.before !== undefined
      ? new KubectlError(`${o.before}${error.message}`)
      : error
  })
}

/** `a=b` pairs as an object. */
export function pairs(words: readonly string[]): { readonly [key: string]: string } {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}

/** `--env a=b` as a container's variables; `undefined` without any. */
export function envOf(flags: Run['flags']): readonly JsonObject[] | undefined {
  const env = Object.entries(pairs(flags.all('env')))
  return env.length === 0 ? undefined : env.map(([name, value]) => ({ name, value }))
}

/** Options that were given; the rest is left out. */
export const given = (fields: { readonly [key: string]: unknown }): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** A number where it is one (apimachinery:pkg/util/intstr). */
export const intOrText = (value: string): number | string => (/^-?\d+$/.test(value) ? Number(value) : value)
