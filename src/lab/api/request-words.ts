/** A request as Go's net/url prints it in errors. */
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
  const terms: string[] = []
  if ('fieldSelector' in request && request.fieldSelector !== undefined)
    terms.push(`fieldSelector=${encodeURIComponent(request.fieldSelector)}`)
  if ('labelSelector' in request && request.labelSelector !== undefined)
    terms.push(`labelSelector=${encodeURIComponent(request.labelSelector)}`)
  if (request.op === 'watch') terms.push(`resourceVersion=${request.resourceVersion}`, 'watch=true')
  return terms.length === 0 ? '' : `?${terms.join('&')}`
}
