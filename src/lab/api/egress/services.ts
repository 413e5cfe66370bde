/**
 * Where the API server finds a Service: by its ClusterIP, or with `--enable-aggregator-routing` by one of its ready endpoints.
 *
 * Not imitated: dual-stack, ExternalName, a choice by chance among endpoints (the first is taken).
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/util/proxy/proxy.go (ResolveEndpoint, ResolveCluster)
 */
import { DialFailure, type Endpoint } from '#lab/api/egress/egress.ts'
import { asList, asObject, asText, type JsonObject } from '#lab/api/json.ts'
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
  const ready = readyBehind(endpoints, String(port.name ?? ''))
  const [address] = ready?.addresses ?? []
  if (ready === undefined || address === undefined)
    throw new DialFailure(`no endpoints available for service ${JSON.stringify(name)}`)
  return { address, port: ready.port }
}

/** Where those listen that are ready behind a Service's port of that name; at least one address. */
export function readyBehind(
  endpoints: Stored | undefined,
  portName: string,
): { readonly addresses: readonly string[]; readonly port: number } | undefined {
  for (const subset of asList(endpoints?.subsets).map(asObject)) {
    const found = asList(subset.ports)
      .map(asObject)
      .find((each) => (each.name ?? '') === portName)
    const addresses = asList(subset.addresses).flatMap((each) => asText(asObject(each).ip) ?? [])
    if (found !== undefined && addresses.length > 0) return { addresses, port: Number(found.port) }
  }
  return undefined
}
