/**
 * All of Felix's chains on a node (projectcalico/calico:felix/rules, felix/dataplane/linux/endpoint_mgr.go).
 *
 * Not imitated: IPVS support, service loop prevention, BPF, WireGuard, QoS, floating IPs, custom Profile resources.
 */
import { equal } from '#base/equal.ts'
import { differing } from '#base/list-change.ts'
import type { FelixConfig } from '#lab/calico/felix/config.ts'
import { Dispatch } from '#lab/calico/felix/dispatch.ts'
import { endpointChains, groupChain, profileChain } from '#lab/calico/felix/endpoint-chains.ts'
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
import { WantedChains } from '#lab/calico/felix/wanted-chains.ts'
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

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter'

export type Tables = Readonly<Record<TableName, WantedChains>>

export interface Rendered {
  /** Another value whenever one of the chains has changed. */
  readonly tables: Tables
  /** Those that some endpoint of this node has. */
  readonly active: readonly Policy[]
}

/**
 * Renders anew only where something that chains are made of has changed: most of what wakes Felix is not of its node, and a
 * workload that comes or goes has chains of its own.
 */
export class Renderer {
  #last: { readonly inputs: RenderInputs; readonly rendered: Rendered } | undefined
  #parts = new Map<Workload, WorkloadPart>()
  readonly #ways = new WorkloadDispatch()
  #dispatch: Chains = {}

  render(inputs: RenderInputs): Rendered {
    const last = this.#last
    if (last !== undefined && isSame(last.inputs, inputs) && last.inputs.workloads === inputs.workloads)
      return last.rendered
    const isWhole = last === undefined || inputs.hostEndpoints.length > 0 || !isSame(last.inputs, inputs)
    const rendered = isWhole ? this.#whole(inputs) : this.#changed(last.rendered, last.inputs, inputs)
    this.#last = { inputs, rendered }
    return rendered
  }

  #whole(o: RenderInputs): Rendered {
    const { config, encapsulation } = o
    this.#parts = new Map(o.workloads.map((each) => [each, workloadPart(each, o)]))
    this.#dispatch = this.#ways.chains(o.workloads)
    const hosts = hostEndpointChains(o)
    const used = [...[...this.#parts.values()].map(({ tiers }) => tiers), ...hosts.used]
    const profiles = new Set(o.hostEndpoints.flatMap((each) => each.profiles))
    const filter = new WantedChains({
      ...filterChains(config, encapsulation),
      ...Object.assign({}, ...[...profiles].map(profileChains)),
      ...sharedChains(hosts.used),
      ...hosts.filter,
      ...(o.hostEndpoints.length > 0 ? failsafeChains(config) : {}),
    })
    filter.ask(this.#dispatch)
    for (const { chains } of this.#parts.values()) filter.ask(chains)
    return {
      active: activePolicies(used),
      tables: {
        filter,
        nat: new WantedChains({ ...natChains(encapsulation), ...(o.masquerades ? natOutgoing : {}) }),
        raw: new WantedChains({ ...rawChains(config), ...hosts.raw, ...sharedFor(hosts.raw, used, config) }),
        mangle: new WantedChains({
          ...mangleChains,
          ...hosts.mangle,
          ...sharedFor(hosts.mangle, used, config),
        }),
      },
    }
  }

  /** Workloads have come or gone, and there are no host endpoints. */
  #changed({ tables, active }: Rendered, before: RenderInputs, o: RenderInputs): Rendered {
    const { filter } = tables
    const { gone, come } = differing(before.workloads, o.workloads)
    const dropped = gone.flatMap((each) => this.#parts.get(each) ?? [])
    for (const each of gone) this.#parts.delete(each)
    const added = come.map((each) => [each, workloadPart(each, o)] as const)
    for (const [each, part] of added) {
      this.#parts.set(each, part)
      filter.ask(part.chains)
    }
    for (const { chains } of dropped) filter.drop(chains)
    const dispatch = this.#ways.chains(o.workloads)
    filter.replace(this.#dispatch, dispatch)
    this.#dispatch = dispatch
    const hasPolicies = [...dropped, ...added.map(([, part]) => part)].some(({ tiers }) => tiers.length > 0)
    return { tables: { ...tables }, active: hasPolicies ? this.#activePolicies(o.workloads) : active }
  }

  #activePolicies(workloads: readonly Workload[]): readonly Policy[] {
    return activePolicies(workloads.map((each) => this.#parts.get(each)?.tiers ?? []))
  }
}

/** But for workloads. Lists are told by their identity: who makes them keeps those that say the same. Host endpoints are looked up anew each time. */
const isSame = (a: RenderInputs, b: RenderInputs): boolean =>
  a.config === b.config &&
  a.encapsulation === b.encapsulation &&
  a.policies === b.policies &&
  a.tiers === b.tiers &&
  a.masquerades === b.masquerades &&
  equal(a.hostEndpoints, b.hostEndpoints)

/** What is there for one workload; some of it for others, too. */
interface WorkloadPart {
  readonly tiers: readonly TierPolicies[]
  readonly chains: Chains
}

function workloadPart(workload: Workload, { policies, tiers: all, config }: RenderInputs): WorkloadPart {
  const tiers = policiesOf(workload.endpoint, policies, all)
  const profiles: readonly Chains[] = workload.profiles.map(profileChains)
  return {
    tiers,
    chains: Object.assign({}, workloadChains(workload, tiers, config), ...profiles, sharedChains([tiers])),
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

/** The ways from the interfaces of workloads to their chains. */
class WorkloadDispatch {
  readonly #from = new Dispatch({
    chain: 'cali-from-wl-dispatch',
    side: 'in',
    prefix: 'cali-fw-',
    last: unknown,
  })
  readonly #to = new Dispatch({
    chain: 'cali-to-wl-dispatch',
    side: 'out',
    prefix: 'cali-tw-',
    last: unknown,
  })

  chains(workloads: readonly Workload[]): Chains {
    const interfaces = workloads.map((each) => each.interface)
    return { ...this.#from.chains(interfaces), ...this.#to.chains(interfaces) }
  }
}

function workloadChains(
  workload: Workload,
  tiers: readonly TierPolicies[],
  { vxlanPort, filterAllowAction: allowAction }: FelixConfig,
): Chains {
  const { profiles } = workload
  const to = `cali-tw-${workload.interface}`
  const from = `cali-fw-${workload.interface}`
  const common = { tiers, profiles, kind: 'normal', allowAction } as const
  return endpointChains(workload, [
    { ...common, chain: to, direction: 'in' },
    { ...common, chain: from, direction: 'out', dropsEncapsulation: { vxlanPort } },
  ])
}

const profileChains = (profile: string): Chains =>
  kept(`profile ${profile}`, () => makeProfileChains(profile))

/** A namespace's profile allows, a service account's says nothing. */
function makeProfileChains(profile: string): Chains {
  const allows = profile.startsWith('kns.') || profile === 'projectcalico-default-allow'
  const rules = allows ? [setMark(marks.accept), verdict('return', { mark: marks.accept })] : []
  return Object.fromEntries(
    (['in', 'out'] as const).map((direction) => {
      const chain = profileChain(direction, profile)
      const words = `Profile ${profile} ${direction === 'in' ? 'ingress' : 'egress'}`
      return [chain, hashed(chain, titled(rules, words))]
    }),
  )
}
