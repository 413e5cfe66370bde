import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, type InformerChange, informer } from '#lab/api/informer.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { type ListQuery, type ResourceType, resources } from '#lab/api/ports.ts'
import { fieldsHold, fieldTerms } from '#lab/api/selectors.ts'
import { reflectorFailure } from '#lab/calico/reflector-log.ts'
import { type Release, releaseOf } from '#lab/calico/release.ts'
import type { SyncerType, Update } from '#lab/calico/typha/protocol.ts'
import type { Process } from '#lab/host/ports.ts'

/** What each syncer is made of (libcalico-go/lib/backend/syncersv1), as far as programs of the lab read it. */
const syncerResources = ({
  hasBgpFilters,
}: Release): Readonly<Record<SyncerType, readonly ResourceType[]>> => ({
  felix: [resources.pods, resources.ipPools, resources.felixConfigurations, resources.clusterInformations],
  bgp: [
    resources.nodes,
    resources.ipPools,
    resources.blockAffinities,
    resources.bgpConfigurations,
    resources.bgpPeers,
    ...(hasBgpFilters ? [resources.bgpFilters] : []),
  ],
})

/** Who is told of changes of one kind, those that its query selects. */
interface Subscriber {
  readonly query: ListQuery
  readonly holds: (object: KubeObject) => boolean
  readonly tell: (updates: readonly Update[], o: { readonly snapshot: boolean }) => void
}

/** Typha's copy of the datastore: each kind is read once, however many clients there are (typha/pkg/snapcache). */
export class TyphaCache {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #kinds = new Map<
    string,
    { readonly informer: Informer<KubeObject>; readonly subscribers: Set<Subscriber> }
  >()
  readonly #onSynced: () => void

  constructor(p: Process, kube: KubeClient, onSynced: () => void) {
    this.#p = p
    this.#kube = kube
    this.#onSynced = onSynced
  }

  start(): void {
    const { felix, bgp } = syncerResources(releaseOf(this.#p.version))
    for (const type of [...felix, ...bgp]) this.#kind(type)
  }

  get synced(): boolean {
    return [...this.#kinds.values()].every(({ informer: each }) => each.synced)
  }

  /** How many objects it holds a copy of. */
  get size(): number {
    let sum = 0
    for (const { informer: each } of this.#kinds.values()) sum += each.list().length
    return sum
  }

  /** Sends what there is, once it is known, and then what changes; until the answer is called. */
  subscribe(query: ListQuery, tell: Subscriber['tell']): () => void {
    const { informer: source, subscribers } = this.#kind(query.type)
    const subscriber: Subscriber = { query, holds: selection(query), tell }
    subscribers.add(subscriber)
    if (source.synced) this.#snapshot(source, subscriber)
    return () => subscribers.delete(subscriber)
  }

  #snapshot(source: Informer<KubeObject>, { holds, tell }: Subscriber): void {
    const updates = source
      .list()
      .filter(holds)
      .map((object): Update => ({ type: 'ADDED', object }))
    tell(updates, { snapshot: true })
  }

  #kind(type: ResourceType) {
    const key = `${type.group}/${type.resource}`
    const known = this.#kinds.get(key)
    if (known) return known
    const subscribers = new Set<Subscriber>()
    const source: Informer<KubeObject> = informer<KubeObject>(
      this.#p,
      this.#kube,
      { type },
      {
        onChange: (change) => {
          if (source.synced) for (const subscriber of subscribers) pass(change, subscriber)
        },
        onError: ({ during, error }) =>
          reflectorFailure(this.#p, { during, what: `*v1.${type.resource}`, error }),
      },
    )
    const kind = { informer: source, subscribers }
    this.#kinds.set(key, kind)
    this.#p.thread(`sync ${type.resource}`, async (self) => {
      await source.untilSynced(self.task)
      for (const subscriber of subscribers) this.#snapshot(source, subscriber)
      this.#onSynced()
    })
    return kind
  }
}

/** An object that comes to be selected was added for this one, one that no longer is was deleted. */
function pass({ type, object, previous }: InformerChange<KubeObject>, { holds, tell }: Subscriber): void {
  const now = type !== 'DELETED' && holds(object)
  const before = previous !== undefined && holds(previous)
  if (now) tell([{ type: before ? 'MODIFIED' : 'ADDED', object }], { snapshot: false })
  else if (before) tell([{ type: 'DELETED', object }], { snapshot: false })
}

function selection({ fieldSelector, namespace }: ListQuery): (object: KubeObject) => boolean {
  const terms = fieldTerms(fieldSelector ?? '', ['metadata.name', 'metadata.namespace', 'spec.nodeName'])
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) && fieldsHold(terms, object)
}
