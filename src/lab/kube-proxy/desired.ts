import type { EndpointSlice, Service } from '#lab/api/objects.ts'
import { type Chains, filterChains, natChains, type ServicePort } from '#lab/kube-proxy/rules.ts'
import { dependsOnNode, servicePorts } from '#lab/kube-proxy/service-ports.ts'

/** What the tables of a node should hold for its services. Shared: nobody may change it. */
export interface DesiredChains {
  readonly nat: Chains
  readonly filter: Chains
}

type BySlices = WeakMap<readonly EndpointSlice[], Map<string, DesiredChains>>

/**
 * The chains for these services and slices. Informers that have seen the same changes hold the same lists, so that the
 * kube-proxies of a cluster work out each state of the services once, not once on each node; unless some traffic policy
 * tells nodes apart.
 */
export function desiredChains(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  { clusterCidr, node }: { readonly clusterCidr: string | undefined; readonly node: string },
): DesiredChains {
  const own = dependsOnNode(services) ? node : ''
  const key = `${clusterCidr ?? ''} ${own}`
  const bySlices: BySlices = known.get(services) ?? new WeakMap()
  known.set(services, bySlices)
  const byKey = bySlices.get(slices) ?? new Map<string, DesiredChains>()
  bySlices.set(slices, byKey)
  const found = byKey.get(key)
  if (found !== undefined) return found
  const made = chainsFor(servicePorts(services, slices, node), clusterCidr)
  byKey.set(key, made)
  return made
}

export const chainsFor = (ports: readonly ServicePort[], clusterCidr: string | undefined): DesiredChains => ({
  nat: natChains(ports, clusterCidr),
  filter: filterChains(ports),
})

const known = new WeakMap<readonly Service[], BySlices>()
