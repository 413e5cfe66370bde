/**
 * Passes requests on to the servers behind remote APIServices.
 *
 * Not imitated: answers in pieces, so that a watch through an aggregated API ends with what was there; upgrades.
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/kube-aggregator/pkg/apiserver/handler_proxy.go
 */
import type { Remote } from '#lab/api/aggregation/services.ts'
import { authorize, authorizePath } from '#lab/api/authorize.ts'
import { DialFailure } from '#lab/api/egress/egress.ts'
import { askHttps, NoAnswer } from '#lab/api/egress/https.ts'
import { resolveService } from '#lab/api/egress/services.ts'
import { type ApiRequest, type Responder, sendText } from '#lab/api/http/request.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { define } from '#lab/api/types/resource-def.ts'
import type { Identity } from '#lab/api/verbs/state.ts'
import type { Process } from '#lab/host/ports.ts'

/** Who answers for a path; `undefined` for this server itself. */
export function remoteFor(api: ApiServer, path: string): Remote | undefined {
  if (!path.startsWith('/apis/')) return undefined
  const remotes = api.remotes()
  if (remotes.size === 0) return undefined
  const [, , group, version] = path.split('/')
  return remotes.get(`${group}/${version}`)
}

/** The server itself asks first whether somebody may: staging:kube-aggregator has the whole handler chain before it. */
export function authorizeRemote(
  { state }: ApiServer,
  user: Identity,
  o: { readonly remote: Remote; readonly method: string; readonly url: URL },
): void {
  const { group, version } = o.remote
  const parts = o.url.pathname.split('/').slice(4)
  const namespace = parts[0] === 'namespaces' && parts.length > 2 ? parts[1] : undefined
  const [resource, name, subresource] = namespace === undefined ? parts : parts.slice(2)
  if (resource === undefined) {
    authorizePath(state, user, o.method, o.url.pathname)
    return
  }
  const def = define([group, version], resource, resource, { namespaced: namespace !== undefined })
  authorize(state, user, {
    verb: verbFor(o.method, name, o.url.searchParams),
    def,
    namespace,
    name,
    subresource,
  })
}

function verbFor(method: string, name: string | undefined, query: URLSearchParams): string {
  if (name !== undefined)
    return { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? 'get'
  if (method === 'GET') return query.get('watch') === 'true' || query.get('watch') === '1' ? 'watch' : 'list'
  return method === 'DELETE' ? 'deletecollection' : 'create'
}

const requestMs = 60_000

/** Passes a request on and its answer back, in virtual time. */
export function passOn(
  api: ApiServer,
  remote: Remote,
  o: { readonly request: ApiRequest; readonly user: Identity },
  to: Responder,
): void {
  const { process } = api
  if (!remote.available || process === undefined) {
    sendText(to, 503, 'service unavailable\n')
    return
  }
  const thread = process.thread('aggregated', (self) => exchange(self, api, remote, o, to))
  to.onClose(() => thread.stop())
}

async function exchange(
  self: Process,
  api: ApiServer,
  remote: Remote,
  { request, user }: { readonly request: ApiRequest; readonly user: Identity },
  to: Responder,
): Promise<void> {
  const { service } = remote
  const type = request.headers['content-type']
  try {
    const { status, headers, body } = await askHttps(self, api.egress, {
      method: request.method,
      host: `${service.name}.${service.namespace}.svc`,
      path: request.url,
      headers: {
        accept: 'application/json',
        ...(type === undefined ? {} : { 'content-type': type }),
        'x-remote-user': user.username,
        'x-remote-group': user.groups.join(','),
      },
      body: typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body),
      authorities: remote.authorities,
      verify: remote.verify,
      deadlineMs: self.now() + requestMs,
      resolve: () => resolveService(api.state, service, { byEndpoint: api.routesByEndpoint }),
    })
    to.send(status, { 'content-type': 'application/json', ...headers }, body)
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof DialFailure)) throw error
    sendText(to, 503, `error trying to reach service: ${error.message}\n`)
  }
}
