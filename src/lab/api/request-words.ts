/** A request as Go's net/url prints it in errors. */
import { seeded } from '#base/random.ts'
import { KubeError, KubeUnreachable } from '#lab/api/ports.ts'
import type { KubeRequest } from '#lab/api/wire.ts'

const verbs = {
  get: 'Get',
  list: 'Get',
  watch: 'Get',
  create: 'Post',
  update: 'Put',
  patch: 'Patch',
  delete: 'Delete',
  post: 'Post',
} as const

/** `Get "https://10.96.0.1:443/api/v1/nodes/n1"` */
export const requestWords = (server: string, request: KubeRequest): string =>
  `${verbs[request.op]} "https://${server}${pathOf(request)}"`

/** `/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node?…` */
export function pathOf(request: KubeRequest): string {
  const { group, version, resource } = request.type
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const space = request.namespace === undefined ? '' : `/namespaces/${request.namespace}`
  const name = 'name' in request ? `/${request.name}` : ''
  const part = 'subresource' in request && request.subresource !== undefined ? `/${request.subresource}` : ''
  return `${root}${space}/${resource}${name}${part}${query(request)}`
}

function query(request: KubeRequest): string {
  const terms = new URLSearchParams()
  if ('fieldSelector' in request && request.fieldSelector !== undefined)
    terms.set('fieldSelector', request.fieldSelector)
  if ('labelSelector' in request && request.labelSelector !== undefined)
    terms.set('labelSelector', request.labelSelector)
  if (request.op === 'list') reflectorList(terms, request.resourceVersion)
  if (request.op === 'watch') reflectorWatch(terms, request)
  terms.sort() // as net/url does
  return terms.size === 0 ? '' : `?${terms}`
}

/** Pages are asked for unless a certain version is (client-go:tools/cache/reflector.go). */
function reflectorList(terms: URLSearchParams, resourceVersion: string | undefined): void {
  if (resourceVersion === undefined) return
  if (resourceVersion !== '') terms.set('resourceVersion', resourceVersion)
  if (resourceVersion === '' || resourceVersion === '0') terms.set('limit', '500')
}

/**
 * With the time after which a reflector wants its watch to end, 5 to 10 minutes drawn for each; the lab's watches do not end, and so it is
 * drawn for the words alone.
 */
function reflectorWatch(
  terms: URLSearchParams,
  { type, namespace, resourceVersion }: Extract<KubeRequest, { readonly op: 'watch' }>,
): void {
  const drawn = seeded(`${type.resource} ${namespace} ${terms} ${resourceVersion}`)
  const seconds = drawn.between(300, 599)
  terms.set('allowWatchBookmarks', 'true')
  terms.set('resourceVersion', resourceVersion)
  terms.set('timeout', `${Math.floor(seconds / 60)}m${seconds % 60}s`)
  terms.set('timeoutSeconds', String(seconds))
  terms.set('watch', 'true')
}

/** What came of a request, in words that name it. */
export function named(error: Error, server: string, request: KubeRequest): Error {
  if (error instanceof KubeError || !(error instanceof KubeUnreachable)) return error
  return new KubeUnreachable(`${requestWords(server, request)}: ${error.message}`, { isUnanswered: true })
}
