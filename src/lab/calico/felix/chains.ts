/**
 * All of Felix's chains on a node (projectcalico/calico:felix/rules, felix/dataplane/linux/endpoint_mgr.go).
 *
 * Not imitated: IPVS support, service loop prevention, BPF, WireGuard, QoS, floating IPs, custom Profile resources.
 */
import { equal } from '#base/equal.ts'
import type { FelixConfig } from '#lab/calico/felix/config.ts'
import { dispatchChains } from '#lab/calico/felix/dispatch.ts'
import { endpointChain, groupChain, profileChain } from '#lab/calico/felix/endpoint-chains.ts'
import { hostEndpointChains, type ResolvedHostEndpoint } from '#lab/calico/felix/host-endpoint-chains.ts'
import { marks } from '#lab/calico/felix/names.ts'
import { policiesOf, type Tier, type TierPolicies } from '#lab/calico/felix/policy/active.ts'
import type { Policy } from '#lab/calico/felix/policy/model.ts'
import { policyChains, titled } from '#lab/calico/felix/policy/render.ts'
import { hashed, kept } from '#lab/calico/felix/rule-hash.ts'
import { setMark, verdict } from '#lab/calico/felix/rules.ts'
import {
  type Encapsulation,
  failsafeChains,
  filterChains,
  mangleChains,
  natChains,
  natOutgoing,
  rawChains,
} from '#lab/calico/felix/static-chains.ts'
import type { Workload } from '#lab/calico/felix/workloads.ts'
import type { Chains, Rule } from '#lab/network/rule.ts'

export interface RenderInputs {
  readonly config: FelixConfig
  readonly encapsulation: Encapsulation
  readonly workloads: readonly Workload[]
  readonly hostEndpoints: readonly ResolvedHostEndpoint[]
  /** Sorted. */
  readonly policies: readonly Policy[]
  readonly tiers: readonly Tier[]
  readonly masquerades: boolean
}

export type Tables = Readonly<Record<'raw' | 'mangle' | 'nat' | 'filter', Chains>>

export interface Rendered {
  readonly tables: Tables
  /** Those that some endpoint of this node has. */
  readonly active: readonly Policy[]
}

/** Renders anew only where something that chains are made of has changed: most of what wakes Felix is not of its node. */
export class Renderer {
  #last: { readonly inputs: RenderInputs; readonly rendered: Rendered } | undefined

  render(inputs: RenderInputs): Rendered {
    if (this.#last === undefined || !isSame(this.#last.inputs, inputs))
      this.#last = { inputs, rendered: render(inputs) }
    return this.#last.rendered
  }
}

/** Lists are told by their identity: who makes them keeps those that say the same. Host endpoints are looked up anew each time. */
const isSame = (a: RenderInputs, b: RenderInputs): boolean =>
  a.config === b.config &&
  a.encapsulation === b.encapsulation &&
  a.policies === b.policies &&
  a.tiers === b.tiers &&
  a.masquerades === b.masquerades &&
  a.workloads === b.workloads &&
  equal(a.hostEndpoints, b.hostEndpoints)

export function render(o: RenderInputs): Rendered {
  const { config, encapsulation } = o
  const workloads = o.workloads.map((each) => ({
    each,
    tiers: policiesOf(each.endpoint, o.policies, o.tiers),
  }))
  const hosts = hostEndpointChains(o)
  const used = [...workloads.map(({ tiers }) => tiers), ...hosts.used]
  const active = activePolicies(used)
  const profiles = [...new Set([...o.workloads, ...o.hostEndpoints].flatMap((each) => each.profiles))].sort()
  const filter = {
    ...filterChains(config, encapsulation),
    ...workloadDispatch(o.workloads),
    ...Object.fromEntries(workloads.flatMap(({ each, tiers }) => workloadChains(each, tiers, config))),
    ...Object.fromEntries(profiles.flatMap(profileChains)),
    ...sharedChains(used),
    ...hosts.filter,
    ...(o.hostEndpoints.length > 0 ? failsafeChains(config) : {}),
  }
  return {
    active,
    tables: {
      filter,
      nat: { ...natChains(encapsulation), ...(o.masquerades ? natOutgoing : {}) },
      raw: { ...rawChains(config), ...hosts.raw, ...sharedFor(hosts.raw, used, config) },
      mangle: { ...mangleChains, ...hosts.mangle, ...sharedFor(hosts.mangle, used, config) },
    },
  }
}

function activePolicies(used: readonly (readonly TierPolicies[])[]): readonly Policy[] {
  const all = used.flatMap((tiers) =>
    tiers.flatMap(({ ingress, egress }) => [...ingress, ...egress].flatMap(({ policies }) => policies)),
  )
  return [...new Set(all)]
}

/** The chains of policies and of their groups. */
function sharedChains(used: readonly (readonly TierPolicies[])[]): Chains {
  const chains: Record<string, readonly Rule[]> = {}
  for (const policy of activePolicies(used)) Object.assign(chains, policyChains(policy))
  for (const tiers of used)
    for (const { ingress, egress } of tiers) {
      for (const group of ingress)
        if (group.policies.length > 1) chains[group.chain] = groupChain(group, 'in')
      for (const group of egress)
        if (group.policies.length > 1) chains[group.chain] = groupChain(group, 'out')
    }
  return chains
}

/** Tables other than filter have policies' chains only where host endpoints use them there. */
const sharedFor = (hosts: Chains, used: readonly (readonly TierPolicies[])[], config: FelixConfig): Chains =>
  Object.keys(hosts).length === 0 ? {} : { ...sharedChains(used), ...failsafeChains(config) }

const unknown = [verdict('drop', {}, 'Unknown interface')]

function workloadDispatch(workloads: readonly Workload[]): Chains {
  const interfaces = workloads.map((each) => each.interface)
  return kept(`dispatch ${interfaces.join()}`, () => makeDispatch(interfaces))
}

function makeDispatch(interfaces: readonly string[]): Chains {
  const dispatch = (chain: string, side: 'in' | 'out', prefix: string): Chains =>
    dispatchChains({ chain, side, interfaces, target: (name) => prefix + name, last: unknown })
  return {
    ...dispatch('cali-from-wl-dispatch', 'in', 'cali-fw-'),
    ...dispatch('cali-to-wl-dispatch', 'out', 'cali-tw-'),
  }
}

function workloadChains(
  workload: Workload,
  tiers: readonly TierPolicies[],
  { vxlanPort, filterAllowAction: allowAction }: FelixConfig,
): readonly (readonly [string, readonly Rule[]])[] {
  const { profiles } = workload
  const to = `cali-tw-${workload.interface}`
  const from = `cali-fw-${workload.interface}`
  const common = { tiers, profiles, kind: 'normal', allowAction } as const
  return [
    [to, endpointChain({ ...common, chain: to, direction: 'in' })],
    [from, endpointChain({ ...common, chain: from, direction: 'out', dropsEncapsulation: { vxlanPort } })],
  ]
}

const profileChains = (profile: string): readonly (readonly [string, readonly Rule[]])[] =>
  kept(`profile ${profile}`, () => makeProfileChains(profile))

/** A namespace's profile allows, a service account's says nothing. */
function makeProfileChains(profile: string): readonly (readonly [string, readonly Rule[]])[] {
  const allows = profile.startsWith('kns.') || profile === 'projectcalico-default-allow'
  const rules = allows ? [setMark(marks.accept), verdict('return', { mark: marks.accept })] : []
  return (['in', 'out'] as const).map((direction) => {
    const chain = profileChain(direction, profile)
    const words = `Profile ${profile} ${direction === 'in' ? 'ingress' : 'egress'}`
    return [chain, hashed(chain, titled(rules, words))]
  })
}
