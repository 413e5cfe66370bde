/**
 * `kubectl apply`: kubernetes/kubectl:pkg/cmd/apply.
 *
 * Not imitated: `--prune`, and the change from client-side to server-side apply of what the former left.
 */
import { asObject, asText, type JsonObject } from '#lab/api/json.ts'
import { lastApplied, lastAppliedKey, withLastApplied } from '#lab/kubectl/apply/last-applied.ts'
import { mergeRuleOf } from '#lab/kubectl/apply/merge-rule.ts'
import { threeWayPatch } from '#lab/kubectl/apply/three-way.ts'
import { chosen } from '#lab/kubectl/choose.ts'
import { metadataOf, nameOf } from '#lab/kubectl/client.ts'
import {
  forWritten,
  fromSource,
  placed,
  validationOf,
  writeFlags,
} from '#lab/kubectl/commands/create-file.ts'
import { pathOf, type Resource } from '#lab/kubectl/discovery.ts'
import { bool, duration, int, text } from '#lab/kubectl/flags.ts'
import { goJson } from '#lab/kubectl/jsonpath/find.ts'
import { getOne, typed } from '#lab/kubectl/lists.ts'
import type { Written } from '#lab/kubectl/manifest.ts'
import { yamlText } from '#lab/kubectl/print/yaml.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { isStatus, KubectlError, StatusError, throwAll } from '#lab/kubectl/trouble.ts'
import { createObject, dryRunOf, patchObject, told } from '#lab/kubectl/write.ts'

export const apply: Command = {
  name: 'apply',
  flags: [
    bool('all'),
    text('cascade', '', 'background'),
    bool('force'),
    bool('force-conflicts'),
    int('grace-period'),
    bool('openapi-patch'),
    bool('overwrite'),
    bool('prune'),
    text('selector', 'l'),
    bool('server-side'),
    text('subresource'),
    duration('timeout'),
    bool('wait'),
    ...writeFlags,
  ],
  run: async (run) => {
    check(run)
    await forWritten(run, (each) => (run.flags.on('server-side') ? onServer(run, each) : onClient(run, each)))
  },
}

function check({ flags, args }: Run): void {
  if (args.length > 0)
    throw new KubectlError(
      `Unexpected args: [${args.join(' ')}]\nSee 'kubectl apply -h' for help and examples`,
    )
  if (!flags.has('filename')) throw new KubectlError('must specify one of -f and -k')
  if (flags.on('force-conflicts') && !flags.on('server-side'))
    throw new KubectlError('--force-conflicts only works with --server-side')
  if (flags.text('dry-run') === 'client' && flags.on('server-side'))
    throw new KubectlError(
      "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
    )
  if (flags.on('prune') || flags.on('force'))
    throw new KubectlError(
      'this kubectl neither prunes nor replaces what it applies: use delete and replace --force',
    )
}

async function onServer(run: Run, each: Written): Promise<void> {
  const { flags, client } = run
  const one = { ...each, name: nameOf(each.object) }
  const part = flags.text('subresource')
  const object = await client
    .json(pathOf(each.resource, { ...one, ...(part === undefined ? {} : { part }) }), {
      method: 'PATCH',
      contentType: 'application/apply-patch+yaml',
      body: goJson(placed(each)),
      query: {
        fieldManager: flags.text('field-manager') ?? 'kubectl',
        fieldValidation: validationOf(flags),
        force: flags.on('force-conflicts') ? 'true' : 'false',
        dryRun: dryRunOf(run) === 'server' ? 'All' : undefined,
      },
    })
    .catch((error: unknown) => {
      throw isStatus(error, 'Conflict') ? conflict(error) : error
    })
  warnIfDeleting(run, object)
  told(run, typed(each.resource, object), 'serverside-applied')
}

const conflict = (error: StatusError): KubectlError =>
  new KubectlError(`${error.message}
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`)

const manager = (run: Run): string => run.flags.text('field-manager') ?? 'kubectl-client-side-apply'

async function onClient(run: Run, each: Written): Promise<void> {
  const generated = asText(metadataOf(each.object)['generateName'])
  if (nameOf(each.object) === '' && generated !== undefined)
    throw new KubectlError(`from ${generated}: cannot use generate name with apply`)
  const one = { ...each, name: nameOf(each.object) }
  const modified = withLastApplied(placed(each))
  const options = { manager: manager(run), validation: validationOf(run.flags) }
  const current = await getOne(run, one).catch((error: unknown) => {
    if (isStatus(error, 'NotFound')) return undefined
    throw error instanceof StatusError
      ? fromSource('retrieving current configuration of', each.source)(error)
      : error
  })
  if (current === undefined) {
    const object =
      dryRunOf(run) === 'client'
        ? modified
        : await createObject(run, each, modified, options).catch(fromSource('creating', each.source))
    told(run, object, 'created')
    return
  }
  warnOfMissing(run, each.resource, current)
  const rule = mergeRuleOf(each.resource)
  const patch = threeWayPatch({ original: lastApplied(current) ?? {}, modified, current }, rule ?? {})
  const kind = rule === undefined ? 'merge' : 'strategic'
  const unchanged = Object.keys(patch).length === 0
  const object =
    unchanged || dryRunOf(run) === 'client'
      ? current
      : await patchObject(run, one, { kind, body: patch, ...options }).catch(applying(each, patch))
  warnIfDeleting(run, object)
  told(run, typed(each.resource, object), unchanged ? 'unchanged' : 'configured')
}

const applying =
  ({ source, resource, object, namespace }: Written, patch: JsonObject) =>
  (error: unknown): never => {
    if (!(error instanceof StatusError)) throw error
    const about = `Resource: "${resource.group === '' ? '' : `${resource.group}/`}${resource.version}, Resource=${resource.resource}", GroupVersionKind: "${resource.group === '' ? '/' : `${resource.group}/`}${resource.version}, Kind=${resource.kind}"\nName: ${JSON.stringify(nameOf(object))}, Namespace: ${JSON.stringify(namespace ?? '')}`
    throw error.because(
      `error when applying patch:\n${goJson(patch)}\nto:\n${about}\nfor: ${JSON.stringify(source)}: error when patching ${JSON.stringify(source)}: `,
    )
  }

function warnOfMissing(run: Run, { resource }: Resource, current: JsonObject): void {
  if (lastAppliedKey in asObject(metadataOf(current)['annotations'])) return
  run.complain(
    `Warning: resource ${resource}/${nameOf(current)} is missing the ${lastAppliedKey} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`,
  )
}

function warnIfDeleting(run: Run, object: JsonObject): void {
  if (metadataOf(object)['deletionTimestamp'] !== undefined)
    run.complain(`Warning: Detected changes to resource ${nameOf(object)} which is currently being deleted.`)
}

export const viewLastApplied: Command = {
  name: 'apply view-last-applied',
  flags: [text('selector', 'l'), bool('all'), ...writeFlags],
  run: async (run) => {
    const { found, errors } = await chosen(run, run.args)
    for (const { object } of found) {
      const last = lastApplied(object)
      if (last === undefined)
        throw new KubectlError(
          `no last-applied-configuration annotation found on resource: ${nameOf(object)}`,
        )
      run.ports.stdout.write(run.flags.text('output') === 'json' ? `${goJson(last, '  ')}\n` : yamlText(last))
    }
    throwAll(errors)
  },
}
