/** Changes of objects, and how kubectl tells of them: kubernetes/cli-runtime:pkg/printers/name.go, pkg/resource/helper.go. */
import type { JsonObject } from '#lab/api/json.ts'
import { nameOf, namespaceOf } from '#lab/kubectl/client.ts'
import { pathOf, type Resource } from '#lab/kubectl/discovery.ts'
import { type Flag, text } from '#lab/kubectl/flags.ts'
import { goJson } from '#lab/kubectl/jsonpath/find.ts'
import { typed } from '#lab/kubectl/lists.ts'
import { objectName, objectPrinter } from '#lab/kubectl/print/output.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export const dryRunFlag: Flag = text('dry-run', '', 'unchanged')

export type DryRun = 'none' | 'client' | 'server'

/** Throws KubectlError for a value that there is not. */
export function dryRunOf({ flags, complain }: Run): DryRun {
  const value = flags.text('dry-run') ?? 'none'
  if (value === 'none' || value === 'client' || value === 'server') return value
  if (value !== 'unchanged')
    throw new KubectlError(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`)
  complain('W --dry-run is deprecated and can be replaced with --dry-run=client.')
  return 'client'
}

const contentTypes = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
} as const

export type PatchKind = keyof typeof contentTypes

export interface WriteOptions {
  /** Who owns the fields: `kubectl-label`. */
  readonly manager?: string
  readonly validation?: 'Strict' | 'Warn' | 'Ignore'
}

const queryOf = (run: Run, { manager, validation }: WriteOptions) => ({
  fieldManager: manager,
  fieldValidation: validation,
  dryRun: dryRunOf(run) === 'server' ? 'All' : undefined,
})

export interface One {
  readonly resource: Resource
  readonly name: string
  readonly namespace: string | undefined
  readonly part?: string
}

export function patchObject(
  run: Run,
  one: One,
  o: WriteOptions & { readonly kind: PatchKind; readonly body: unknown },
): Promise<JsonObject> {
  return run.client.json(pathOf(one.resource, one), {
    method: 'PATCH',
    contentType: contentTypes[o.kind],
    body: typeof o.body === 'string' ? o.body : JSON.stringify(o.body),
    query: queryOf(run, o),
    says: `patch ${one.resource.resource} ${one.name}`,
  })
}

export async function createObject(
  run: Run,
  of: { readonly resource: Resource; readonly namespace: string | undefined },
  object: JsonObject,
  o: WriteOptions,
): Promise<JsonObject> {
  const created = await run.client.json(pathOf(of.resource, of), {
    method: 'POST',
    body: goJson(object),
    query: queryOf(run, o),
    says: `post ${of.resource.resource}`,
  })
  return typed(of.resource, created)
}

export const replaceObject = (run: Run, one: One, object: JsonObject, o: WriteOptions): Promise<JsonObject> =>
  run.client.json(pathOf(one.resource, one), {
    method: 'PUT',
    body: goJson(object),
    query: queryOf(run, o),
    says: `put ${one.resource.resource} ${one.name}`,
  })

export const oneOf = ({
  resource,
  object,
}: {
  readonly resource: Resource
  readonly object: JsonObject
}): One => ({
  resource,
  name: nameOf(object),
  namespace: namespaceOf(object),
})

/**
 * Says what was done, `deployment.apps/web scaled`, or prints the object as `-o` asks. Some commands say the same of a dry
 * run: they word the operation late.
 */
export function told(run: Run, object: JsonObject, operation: string): void {
  const print = objectPrinter(run.flags)
  const dry = run.command === 'patch' || run.command === 'taint' ? '' : dryRunWords[dryRunOf(run)]
  if (print !== undefined) run.ports.stdout.write(print(object))
  else run.print(`${objectName(object)} ${operation}${dry}`)
}

export const dryRunWords: Readonly<Record<DryRun, string>> = {
  none: '',
  client: ' (dry run)',
  server: ' (server dry run)',
}
