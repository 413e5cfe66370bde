/** Objects out of files and standard input: `-f FILE`, `-f -`. */
import { parseAllDocuments } from 'yaml'
import { asList, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { nameOf, namespaceOf } from '#lab/kubectl/client.ts'
import { type Resource, resourceOfKind } from '#lab/kubectl/discovery.ts'
import { NoFile } from '#lab/kubectl/ports.ts'
import type { Run } from '#lab/kubectl/run.ts'
import type { Targets } from '#lab/kubectl/targets.ts'
import { Errors, KubectlError } from '#lab/kubectl/trouble.ts'

/** An object that was written down, with where it stood. */
export interface Written {
  readonly resource: Resource
  readonly object: JsonObject
  /** `pod.yaml`, `STDIN`. */
  readonly source: string
  /** Its own, or the command's; none for types of the whole cluster. */
  readonly namespace: string | undefined
}

/** All objects of `-f`. Throws for what cannot be read, and for kinds that the server does not know. */
export async function manifests(run: Run): Promise<readonly Written[]> {
  const { flags } = run
  if (flags.has('kustomize'))
    throw new KubectlError('this kubectl has no kustomize: render the objects first and use -f')
  const written: Written[] = []
  const errors: unknown[] = []
  for (const path of flags.all('filename'))
    for (const object of documents(await textOf(run, path), path)) {
      try {
        written.push(await typed(run, object, path))
      } catch (error) {
        errors.push(error)
      }
    }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new Errors(errors)
  return written
}

export async function manifestTargets(run: Run): Promise<Targets> {
  const written = await manifests(run)
  return { kind: 'named', named: written.map(({ resource, object }) => ({ resource, name: nameOf(object) })) }
}

async function textOf({ ports }: Run, path: string): Promise<string> {
  if (path === '-') return ports.stdin()
  if (/^https?:\/\//.test(path))
    throw new KubectlError(
      `unable to read URL ${JSON.stringify(path)}, this kubectl reaches the API server only`,
    )
  try {
    return await ports.read(path)
  } catch (error) {
    if (!(error instanceof NoFile)) throw error
    throw new KubectlError(
      error.message === 'no such file or directory'
        ? `the path ${JSON.stringify(path)} does not exist`
        : `the path ${JSON.stringify(path)} cannot be accessed: open ${path}: ${error.message}`,
    )
  }
}

function documents(text: string, path: string): readonly JsonObject[] {
  const parsed = parseAllDocuments(text, { version: '1.1', merge: true })
  return [...parsed].flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined)
      throw new KubectlError(
        `error parsing ${path}: error converting YAML to JSON: yaml: ${error.message.split('\n')[0] ?? ''}`,
      )
    const value: unknown = document.toJS()
    if (value === null || value === undefined) return []
    if (!isObject(value))
      throw new KubectlError(
        `error parsing ${path}: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type map[string]interface {}`,
      )
    return (asText(value['kind']) ?? '').endsWith('List') && Array.isArray(value['items'])
      ? asList(value['items']).filter(isObject)
      : [value]
  })
}

async function typed(run: Run, object: JsonObject, path: string): Promise<Written> {
  const kind = asText(object['kind'])
  const apiVersion = asText(object['apiVersion'])
  const source = path === '-' ? 'STDIN' : path
  const where = JSON.stringify(source)
  if (kind === undefined || kind === '')
    throw new KubectlError(
      `unable to decode ${where}: Object 'Kind' is missing in '${JSON.stringify(object)}'`,
    )
  if (apiVersion === undefined || apiVersion === '')
    throw new KubectlError(
      `unable to decode ${where}: Object 'apiVersion' is missing in '${JSON.stringify(object)}'`,
    )
  const resource = resourceOfKind(await run.discovery(), { apiVersion, kind })
  if (resource === undefined)
    throw new KubectlError(
      `resource mapping not found for name: ${JSON.stringify(nameOf(object))} namespace: ${JSON.stringify(namespaceOf(object) ?? '')} from ${where}: no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}\nensure CRDs are installed first`,
    )
  return { resource, object, source, namespace: spaceOf(run, resource, object) }
}

function spaceOf(
  { flags, namespace }: Run,
  { namespaced }: Resource,
  object: JsonObject,
): string | undefined {
  if (!namespaced) return undefined
  const own = namespaceOf(object)
  const asked = flags.text('namespace')
  if (own !== undefined && asked !== undefined && own !== asked)
    throw new KubectlError(
      `the namespace from the provided object ${JSON.stringify(own)} does not match the namespace ${JSON.stringify(asked)}. You must pass '--namespace=${own}' to perform this operation.`,
    )
  return own ?? namespace
}
