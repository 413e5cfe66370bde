/**
 * Chains of host endpoints: in the filter table for local and for forwarded traffic, in raw for untracked policies, in
 * mangle for those before DNAT (projectcalico/calico:felix/rules/dispatch.go, endpoints.go).
 */

import type { FelixConfig } from '#lab/calico/felix/config.ts'
import { dispatchChains } from '#lab/calico/felix/dispatch.ts'
import { endpointChain } from '#lab/calico/felix/endpoint-chains.ts'
import { type PolicyKind, policiesOf, type Tier, type TierPolicies } from '#lab/calico/felix/policy/active.ts'
import type { Policy, Selectable } from '#lab/calico/felix/policy/model.ts'
import type { HostEndpoint } from '#lab/calico/felix/resources.ts'
import { hostSelectable } from '#lab/calico/felix/selectables.ts'
import type { Address } from '#lab/network/ports.ts'
import type { Chains, Rule } from '#lab/network/rule.ts'

/** A host endpoint with the interface that it is about. */
export interface ResolvedHostEndpoint {
  readonly interface: string // any-interface-at-all for `*`
  readonly profiles: readonly string[]
  readonly endpoint: Selectable
}

const anyInterface = 'any-interface-at-all'

/** By its interface's name, else the interface that has one of its addresses (felix/dataplane/linux/endpoint_mgr.go). */
export function resolveHostEndpoints(
  objects: readonly HostEndpoint[],
  node: string,
  addresses: readonly Address[],
): readonly ResolvedHostEndpoint[] {
  const taken = new Set<string>()
  return objects
    .filter(({ spec }) => spec.node === node)
    .flatMap((object) => {
      const { interfaceName, expectedIPs = [], profiles = [] } = object.spec
      const name =
        interfaceName === '*'
          ? anyInterface
          : (interfaceName ?? addresses.find(({ address }) => expectedIPs.includes(address))?.link)
      // The first by name has the interface.
      if (name === undefined || taken.has(name)) return []
      taken.add(name)
      return [{ interface: name, profiles, endpoint: hostSelectable(object) }]
    })
}

interface HostChains {
  readonly filter: Chains
  readonly raw: Chains
  readonly mangle: Chains
  readonly used: readonly (readonly TierPolicies[])[]
}

interface Way {
  readonly kind: PolicyKind
  readonly chain: string
  readonly prefix: string
  readonly direction: 'in' | 'out'
}

const filterWays: readonly Way[] = [
  { kind: 'normal', chain: 'cali-from-host-endpoint', prefix: 'cali-fh-', direction: 'in' },
  { kind: 'normal', chain: 'cali-to-host-endpoint', prefix: 'cali-th-', direction: 'out' },
  { kind: 'forward', chain: 'cali-from-hep-forward', prefix: 'cali-fhfw-', direction: 'in' },
  { kind: 'forward', chain: 'cali-to-hep-forward', prefix: 'cali-thfw-', direction: 'out' },
]
const rawWays: readonly Way[] = [
  { kind: 'untracked', chain: 'cali-from-host-endpoint', prefix: 'cali-fh-', direction: 'in' },
  { kind: 'untracked', chain: 'cali-to-host-endpoint', prefix: 'cali-th-', direction: 'out' },
]
const mangleWays: readonly Way[] = [
  { kind: 'pre-dnat', chain: 'cali-from-host-endpoint', prefix: 'cali-fh-', direction: 'in' },
]

export function hostEndpointChains(o: {
  readonly hostEndpoints: readonly ResolvedHostEndpoint[]
  readonly policies: readonly Policy[]
  readonly tiers: readonly Tier[]
  readonly config: Pick<FelixConfig, 'filterAllowAction'>
}): HostChains {
  const used: (readonly TierPolicies[])[] = []
  const { filterAllowAction } = o.config
  const table = (ways: readonly Way[], needsPolicies: boolean): Chains => {
    const allowAction = ways === filterWays ? filterAllowAction : 'accept'
    return Object.assign(
      {},
      ...ways.map((way) => wayChains(way, { ...o, used, needsPolicies, allowAction })),
    ) as Chains
  }
  if (o.hostEndpoints.length === 0) return { filter: {}, raw: {}, mangle: {}, used }
  return {
    filter: table(filterWays, false),
    raw: table(rawWays, true),
    mangle: table(mangleWays, true),
    used,
  }
}

function wayChains(
  { kind, chain, prefix, direction }: Way,
  o: {
    readonly hostEndpoints: readonly ResolvedHostEndpoint[]
    readonly policies: readonly Policy[]
    readonly tiers: readonly Tier[]
    readonly used: (readonly TierPolicies[])[]
    readonly needsPolicies: boolean
    readonly allowAction: 'accept' | 'return'
  },
): Chains {
  const endpoints = o.hostEndpoints
    .map((each) => ({ each, tiers: policiesOf(each.endpoint, o.policies, o.tiers, kind) }))
    .filter(({ tiers }) => !o.needsPolicies || tiers.length > 0)
  if (endpoints.length === 0) return {}
  o.used.push(...endpoints.map(({ tiers }) => tiers))
  const own = endpoints.map(({ each, tiers }): readonly [string, readonly Rule[]] => {
    const name = `${prefix}${each.interface}`
    const failsafe = direction === 'in' ? 'cali-failsafe-in' : 'cali-failsafe-out'
    return [
      name,
      endpointChain({
        chain: name,
        direction,
        tiers,
        kind,
        profiles: each.profiles,
        allowAction: o.allowAction,
        // What is forwarded is not this host's own: no failsafes.
        ...(kind === 'forward' ? {} : { failsafe }),
      }),
    ]
  })
  const named = endpoints.map(({ each }) => each.interface).filter((name) => name !== anyInterface)
  const hasAny = named.length < endpoints.length
  return {
    ...Object.fromEntries(own),
    ...dispatchChains({
      chain,
      interfaces: named,
      side: direction,
      prefix,
      last: hasAny ? [{ match: {}, target: { kind: 'goto', chain: `${prefix}${anyInterface}` } }] : [],
    }),
  }
}
