/** What Felix knows of the cluster: watched from the start, or from when something there makes it matter. */
import type { Informer } from '#lab/api/informer.ts'
import type { FelixConfiguration, IPAMBlock, IPPool, KubeObject, Node, Pod } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import { type Datastore, noInformer } from '#lab/calico/datastore.ts'
import { sortedPolicies, type Tier } from '#lab/calico/felix/policy/active.ts'
import { type CalicoPolicy, calicoPolicy } from '#lab/calico/felix/policy/calico.ts'
import { type KubeNetworkPolicy, kubernetesPolicy } from '#lab/calico/felix/policy/kubernetes.ts'
import type { Policy, Selectable } from '#lab/calico/felix/policy/model.ts'
import { remembered } from '#lab/calico/felix/remembered.ts'
import {
  felixResources,
  type HostEndpoint,
  type NetworkSet,
  type TierObject,
} from '#lab/calico/felix/resources.ts'
import { allSelectables, type Directory } from '#lab/calico/felix/selectables.ts'
import { changesWorkloads } from '#lab/calico/felix/workloads.ts'
import type { Release } from '#lab/calico/release.ts'
import type { Process } from '#lab/host/ports.ts'

/**
 * Informers of one Felix. The real one watches everything from the start (through Typha, once for many nodes); here what
 * only policies need is watched once there is a policy, and what only tunnels need once a pool encapsulates, so that a
 * large lab without them costs little.
 */
export class Inputs {
  readonly #datastore: Datastore
  readonly #onChange: () => void
  readonly #hasTiers: boolean
  readonly pods: Informer<Pod>
  readonly pools: Informer<IPPool>
  readonly configurations: Informer<FelixConfiguration>
  readonly hostEndpoints: Informer<HostEndpoint>
  readonly #kubePolicies: Informer<KubeNetworkPolicy>
  readonly #calicoPolicies: Informer<CalicoPolicy>
  readonly #globalPolicies: Informer<CalicoPolicy>
  #forPolicies: ForPolicies | undefined
  #forTunnels: { readonly nodes: Informer<Node>; readonly blocks: Informer<IPAMBlock> } | undefined

  constructor(
    datastore: Datastore,
    o: { readonly node: string; readonly release: Release; readonly onChange: () => void },
  ) {
    this.#datastore = datastore
    this.#hasTiers = o.release.hasTiers
    this.#onChange = o.onChange
    const mine = { type: resources.pods, fieldSelector: `spec.nodeName=${o.node}` }
    this.pods = datastore.watch<Pod>(mine, {
      onChange: (change) => {
        if (changesWorkloads(change)) o.onChange()
      },
    })
    this.pools = this.#watch(resources.ipPools)
    this.configurations = this.#watch(resources.felixConfigurations)
    this.hostEndpoints = this.#watch(felixResources.hostEndpoints)
    this.#kubePolicies = this.#watch(felixResources.kubePolicies)
    this.#calicoPolicies = this.#watch(felixResources.calicoPolicies)
    this.#globalPolicies = this.#watch(felixResources.globalPolicies)
  }

  async untilSynced(p: Process): Promise<void> {
    for (const each of [
      this.pods,
      this.pools,
      this.configurations,
      this.hostEndpoints,
      this.#kubePolicies,
      this.#calicoPolicies,
      this.#globalPolicies,
    ])
      await each.untilSynced(p.task)
    await this.untilPolicyInputs(p)
  }

  /** Whether there is nothing to wait for. */
  get knowsPolicyInputs(): boolean {
    if (this.#forPolicies === undefined) return !this.#hasPolicies
    return Object.values(this.#forPolicies).every(({ synced }) => synced)
  }

  /** With a first policy, what policies refer to is watched too; waits until that is known. */
  async untilPolicyInputs(p: Process): Promise<void> {
    if (this.#forPolicies === undefined && this.#hasPolicies) this.#forPolicies = this.#watchForPolicies()
    for (const each of Object.values(this.#forPolicies ?? {})) await each.untilSynced(p.task)
  }

  /** From now on nodes and address blocks are watched; waits until they are known. */
  async watchForTunnels(p: Process, { blocks }: { readonly blocks: boolean }): Promise<void> {
    this.#forTunnels ??= {
      nodes: this.#watch<Node>(resources.nodes),
      blocks: blocks ? this.#watch<IPAMBlock>(resources.ipamBlocks) : noInformer(),
    }
    await this.#forTunnels.nodes.untilSynced(p.task)
    if (blocks) await this.#forTunnels.blocks.untilSynced(p.task)
  }

  get nodes(): readonly Node[] {
    return this.#forTunnels?.nodes.list() ?? none
  }

  get blocks(): readonly IPAMBlock[] {
    return this.#forTunnels?.blocks.list() ?? none
  }

  /** Sorted as they are applied. */
  get policies(): readonly Policy[] {
    return policiesFrom(
      this.#kubePolicies.list(),
      this.#calicoPolicies.list(),
      this.#globalPolicies.list(),
      this.#forPolicies?.tiers.list() ?? none,
    )
  }

  get tiers(): readonly Tier[] {
    return tiersFrom(this.#forPolicies?.tiers.list() ?? none)
  }

  get directory(): Directory {
    return {
      namespaces: this.#forPolicies?.namespaces.list() ?? none,
      serviceAccounts: this.#forPolicies?.serviceAccounts.list() ?? none,
    }
  }

  /** Whatever selectors may choose; nothing while there are no policies. */
  get selectables(): readonly Selectable[] {
    const watched = this.#forPolicies
    if (watched === undefined) return none
    return allSelectables({
      ...this.directory,
      pods: watched.pods.list(),
      networkSets: watched.networkSets.list(),
      globalNetworkSets: watched.globalNetworkSets.list(),
      hostEndpoints: this.hostEndpoints.list(),
    })
  }

  get #hasPolicies(): boolean {
    return [this.#kubePolicies, this.#calicoPolicies, this.#globalPolicies].some(
      (each) => each.list().length > 0,
    )
  }

  #watchForPolicies(): ForPolicies {
    return {
      tiers: this.#hasTiers ? this.#watch(felixResources.tiers) : noInformer(),
      pods: this.#watch(resources.pods),
      namespaces: this.#watch(felixResources.namespaces),
      serviceAccounts: this.#watch(felixResources.serviceAccounts),
      networkSets: this.#watch(felixResources.networkSets),
      globalNetworkSets: this.#watch(felixResources.globalNetworkSets),
    }
  }

  #watch<T extends KubeObject>(type: ResourceType): Informer<T> {
    return this.#datastore.watch<T>({ type }, { onChanges: this.#onChange })
  }
}

interface ForPolicies {
  readonly tiers: Informer<TierObject>
  readonly pods: Informer<Pod>
  readonly namespaces: Informer<KubeObject>
  readonly serviceAccounts: Informer<KubeObject>
  readonly networkSets: Informer<NetworkSet>
  readonly globalNetworkSets: Informer<NetworkSet>
}

/** One value, so that what is remembered for it is found again. */
const none: readonly never[] = []

const defaultTier: Tier = { name: 'default', order: 1_000_000, defaultAction: 'Deny' }

const tiersFrom = remembered((objects: readonly TierObject[]): readonly Tier[] => {
  const tiers = objects.map(
    ({ metadata, spec }): Tier => ({
      name: metadata.name,
      order: spec.order ?? Number.POSITIVE_INFINITY,
      defaultAction: spec.defaultAction === 'Pass' ? 'Pass' : 'Deny',
    }),
  )
  const all = tiers.some(({ name }) => name === 'default') ? tiers : [...tiers, defaultTier]
  return all.toSorted((a, b) => (a.order === b.order ? (a.name < b.name ? -1 : 1) : a.order - b.order))
})

const policiesFrom = remembered(
  (
    kube: readonly KubeNetworkPolicy[],
    calico: readonly CalicoPolicy[],
    global: readonly CalicoPolicy[],
    tiers: readonly TierObject[],
  ): readonly Policy[] =>
    sortedPolicies(
      [...kube.map(converted(kubernetesPolicy)), ...[...calico, ...global].map(converted(calicoPolicy))],
      tiersFrom(tiers),
    ),
)

/** Each version of a policy is converted, and later rendered, once. */
function converted<T extends KubeObject>(convert: (object: T) => Policy): (object: T) => Policy {
  return (object) => {
    const known = conversions.get(object)
    if (known) return known
    const policy = convert(object)
    conversions.set(object, policy)
    return policy
  }
}

const conversions = new WeakMap<KubeObject, Policy>()
