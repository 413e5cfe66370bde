/**
 * Where the API server finds a Service: by its ClusterIP, or with `--enable-aggregator-routing` by one of its ready endpoints.
 *
 * Not imitated: dual-stack, ExternalName, a choice by chance among endpoints (the first is taken).
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/util/proxy/proxy.go (ResolveEndpoint, ResolveCluster)
 */
import { DialFailure, type Endpoint } from '#lab/api/egress/egress.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { keyOf, type Stored } from '#lab/api/store.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

export interface ServiceRef {
  readonly namespace: string
  readonly name: string
  readonly port: number
}

/** The address of a service's port. Throws DialFailure in the resolver's words. */
export function resolveService(
  { store }: Pick<ApiState, 'store'>,
  ref: ServiceRef,
  o: { readonly byEndpoint: boolean },
): Endpoint {
  const service = store.get('/services', keyOf(ref.namespace, ref.name))
  if (service === undefined) throw new DialFailure(`service ${JSON.stringify(ref.name)} not found`)
  const spec = asObject(service.spec)
  const port = asList(spec.ports)
    .map(asObject)
    .find((each) => each.port === ref.port)
  if (port === undefined)
    throw new DialFailure(`no service port ${ref.port} found for service ${JSON.stringify(ref.name)}`)
  if (o.byEndpoint) return readyEndpoint(store.get('/endpoints', keyOf(ref.namespace, ref.name)), ref, port)
  if (spec.clusterIP === 'None') throw new DialFailure('cannot route to service with ClusterIP "None"')
  return { address: String(spec.clusterIP), port: ref.port }
}

function readyEndpoint(endpoints: Stored | undefined, { name }: ServiceRef, port: JsonObject): Endpoint {
  for (const subset of asList(endpoints?.subsets)) {
    const address = at(asList(asObject(subset).addresses)[0], 'ip')
    const found = asList(asObject(subset).ports)
      .map(asObject)
      .find((each) => (each.name ?? '') === (port.name ?? ''))
    if (typeof address === 'string' && found !== undefined) return { address, port: Number(found.port) }
  }
  throw new DialFailure(`no endpoints available for service ${JSON.stringify(name)}`)
}
