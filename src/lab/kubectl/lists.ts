/** Lists in pages, and objects by name: kubernetes/cli-runtime:pkg/resource/selector.go, helper.go. */
import { asText, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf } from '#lab/kubectl/client.ts'
import { groupVersionText, pathOf, type Resource } from '#lab/kubectl/discovery.ts'
import type { Run } from '#lab/kubectl/run.ts'
import type { Targets } from '#lab/kubectl/targets.ts'
import { isStatus, StatusError } from '#lab/kubectl/trouble.ts'

export interface ListOf {
  readonly resource: Resource
  /** Omitted: all namespaces. */
  readonly namespace?: string | undefined
  readonly selector?: string | undefined
  readonly fieldSelector?: string | undefined
  readonly accept?: string
  /** Of a page; 0: all at once. Default 500. */
  readonly limit?: number
  readonly includeObject?: 'Object'
}

/** The pages of a list. Rejects with StatusError, which says what was looked for. */
export async function pagesOf({ client }: Run, o: ListOf): Promise<readonly JsonObject[]> {
  const { resource, namespace, accept, limit = 500, includeObject } = o
  const pages: JsonObject[] = []
  let next: string | undefined
  do {
    const query = {
      labelSelector: o.selector,
      fieldSelector: o.fieldSelector,
      limit: limit > 0 ? limit : undefined,
      continue: next,
      includeObject,
    }
    const says = `get ${resource.resource}${resource.group === '' ? '' : `.${resource.group}`}`
    const page = await client
      .json(pathOf(resource, { namespace }), { query, says, ...(accept === undefined ? {} : { accept }) })
      .catch((error: unknown) => {
        throw error instanceof StatusError ? worded(error, o) : error
      })
    pages.push(page)
    next = asText(metadataOf(page)['continue'])
  } while (next !== undefined && next !== '')
  return pages
}

function worded(error: StatusError, { resource, selector = '', fieldSelector = '' }: ListOf): StatusError {
  if (error.reason !== 'BadRequest' && error.reason !== 'NotFound') return error
  const what = `"${resource.group}/${resource.version}, Resource=${resource.resource}"`
  return selector === '' && fieldSelector === ''
    ? error.because(`Unable to list ${what}: `)
    : error.because(
        `Unable to find ${what} that match label selector ${JSON.stringify(selector)}, field selector ${JSON.stringify(fieldSelector)}: `,
      )
}

/** An object with its type; items of lists are given the type's name, which the server leaves out. */
export interface Found {
  readonly resource: Resource
  readonly object: JsonObject
}

export const typed = (resource: Resource, object: JsonObject): JsonObject => ({
  apiVersion: groupVersionText(resource.group, resource.version),
  kind: resource.kind,
  ...object,
})

export interface Choice {
  readonly namespace: string | undefined
  readonly selector?: string | undefined
  readonly fieldSelector?: string | undefined
  readonly ignoreNotFound?: boolean
  readonly limit?: number
}

/** Everything that the targets lead to, and what went wrong on the way. */
export async function collect(
  run: Run,
  targets: Targets,
  o: Choice,
): Promise<{ readonly found: readonly Found[]; readonly errors: readonly unknown[] }> {
  const found: Found[] = []
  const errors: unknown[] = []
  const attempt = async (what: () => Promise<readonly Found[]>): Promise<void> => {
    try {
      found.push(...(await what()))
    } catch (error) {
      if (!(o.ignoreNotFound && isStatus(error, 'NotFound'))) errors.push(error)
    }
  }
  if (targets.kind === 'named')
    for (const { resource, name } of targets.named)
      await attempt(async () => [
        { resource, object: await getOne(run, { resource, name, namespace: o.namespace }) },
      ])
  else
    for (const resource of targets.resources)
      await attempt(async () => {
        const pages = await pagesOf(run, { ...o, resource })
        return pages.flatMap(itemsOf).map((object) => ({ resource, object: typed(resource, object) }))
      })
  return { found, errors }
}

export const getOne = (
  { client }: Run,
  o: {
    readonly resource: Resource
    readonly name: string
    readonly namespace: string | undefined
    readonly part?: string
  },
): Promise<JsonObject> =>
  client.json(pathOf(o.resource, o), {
    says: `get ${o.resource.resource}${o.resource.group === '' ? '' : `.${o.resource.group}`} ${o.name}`,
  })
