/**
 * `/healthz`, `/livez` and `/readyz`, with `?verbose` and `?exclude=`, and the checks of kube-apiserver 1.31 by their names.
 * Not imitated: that one fails; what checks stand for (etcd, hooks that run once after the start) is this server itself.
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/server/healthz/healthz.go
 */
import { type Responder, sendText } from '#lab/api/http/request.ts'

const hooks = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
]
const lateHooks = ['apiservice-openapi-controller', 'apiservice-openapiv3-controller']

const named = (names: readonly string[]): readonly string[] => names.map((name) => `poststarthook/${name}`)

/** In the order in which they are listed; a server that answers passes them. */
const checksOf = (path: string): readonly string[] => [
  'ping',
  'log',
  'etcd',
  ...(path === 'readyz' ? ['etcd-readiness', 'informer-sync'] : []),
  ...named(hooks),
  'autoregister-completion',
  ...named(lateHooks),
  ...(path === 'readyz' ? ['shutdown'] : []),
]

export const healthPaths = (): readonly string[] =>
  ['healthz', 'livez', 'readyz'].flatMap((path) => [
    `/${path}`,
    ...checksOf(path).map((check) => `/${path}/${check}`),
  ])

/** Answers a path of health; false when it is none. */
export function sendHealth(path: string, query: URLSearchParams, to: Responder): boolean {
  const [, name = '', check] = /^\/(healthz|livez|readyz)(?:\/(.+))?$/.exec(path) ?? []
  if (name === '') return false
  if (check !== undefined) {
    const known = checksOf(name).includes(check)
    sendText(to, known ? 200 : 404, known ? 'ok' : '404 page not found\n')
    return true
  }
  sendText(
    to,
    200,
    query.has('verbose') ? `${lines(checksOf(name), query).join('\n')}\n${name} check passed\n` : 'ok',
  )
  return true
}

function lines(checks: readonly string[], query: URLSearchParams): readonly string[] {
  const excluded = new Set(query.getAll('exclude'))
  const listed = checks.map((check) =>
    excluded.delete(check) ? `[+]${check} excluded: ok` : `[+]${check} ok`,
  )
  if (excluded.size === 0) return listed
  const names = [...excluded].sort().map((name) => JSON.stringify(name))
  return [...listed, `warn: some health checks cannot be excluded: no matches for ${names.join(',')}`]
}
