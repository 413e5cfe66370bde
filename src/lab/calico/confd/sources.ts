import type { Informer, InformerChange } from '#lab/api/informer.ts'
import type { BGPConfiguration, BGPFilter, BGPPeer, BlockAffinity, IPPool, Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { BgpBlock } from '#lab/calico/confd/data.ts'
import { NodeIndex } from '#lab/calico/confd/node-index.ts'
import { type Datastore, noInformer } from '#lab/calico/datastore.ts'
import { remembered } from '#lab/calico/felix/remembered.ts'
import type { Release } from '#lab/calico/release.ts'
import type { Process } from '#lab/host/ports.ts'

/** What confd knows of the cluster, by its syncer. */
export interface Sources {
  readonly nodes: NodeIndex
  readonly pools: Informer<IPPool>
  readonly configurations: Informer<BGPConfiguration>
  readonly peers: Informer<BGPPeer>
  readonly filters: Informer<BGPFilter>
  /** This node's blocks. */
  blocks(): readonly BgpBlock[]
  untilSynced(p: Process): Promise<void>
}

/** Told of what may change what this node renders. */
export interface SourceEvents {
  changed(): void
  /** The peerings are to be worked out again; in confd's words why. */
  peeringChanged(reasons: readonly string[]): void
}

export function watchSources(
  datastore: Datastore,
  {
    nodeName,
    release,
    events,
  }: { readonly nodeName: string; readonly release: Release; readonly events: SourceEvents },
): Sources {
  const peering = (reason: string) => ({ onChange: () => events.peeringChanged([reason]) })
  const nodeInformer: Informer<Node> = datastore.watch<Node>(
    { type: resources.nodes },
    {
      onChanges: (changes) => {
        for (const reasons of nodes.news(changes)) events.peeringChanged(reasons)
      },
    },
  )
  const nodes = new NodeIndex(nodeInformer)
  const own = ownBlocks(datastore, nodeName, events)
  const pools = datastore.watch<IPPool>({ type: resources.ipPools }, { onChange: () => events.changed() })
  const configurations = datastore.watch<BGPConfiguration>(
    { type: resources.bgpConfigurations },
    { onChange: (change) => events.peeringChanged(configurationReasons(change)) },
  )
  const peers = datastore.watch<BGPPeer>({ type: resources.bgpPeers }, peering('BGP peer updated or deleted'))
  const filters = release.hasBgpFilters
    ? datastore.watch<BGPFilter>({ type: resources.bgpFilters }, peering('BGPFilter updated or deleted'))
    : noInformer<BGPFilter>()
  return {
    nodes,
    pools,
    configurations,
    peers,
    filters,
    blocks: () => [...own.blocks.values()],
    untilSynced: async ({ task }) => {
      for (const each of [nodeInformer, own.informer, pools, configurations, peers, filters])
        await each.untilSynced(task)
    },
  }
}

/** confd works the peerings out again whatever has changed, and names every setting that they may depend on. */
function configurationReasons({ type, object }: InformerChange<BGPConfiguration>): readonly string[] {
  const { listenPort, bindMode, asNumber } = object.spec
  const says = (name: string, value: unknown): string =>
    `${name} ${value === undefined || type === 'DELETED' ? 'deleted' : 'updated'}.`
  if (object.metadata.name !== 'default') return [says('listenPort', listenPort)]
  return [says('listenPort', listenPort), says('bindMode', bindMode), says('AS number', asNumber)]
}

/** The affinities of one node. Those that are pending are passed over, as confd's client does: the block may not be its own. */
function ownBlocks(datastore: Datastore, nodeName: string, events: SourceEvents) {
  const blocks = new Map<string, BgpBlock>()
  const affinities = datastore.watch<BlockAffinity>(
    { type: resources.blockAffinities },
    {
      onChanges: (changes) => {
        for (const { type, object } of byNode(changes).get(nodeName) ?? []) {
          const { metadata, spec } = object
          const counts = type !== 'DELETED' && spec.deleted !== 'true' && spec.state !== 'pending'
          if (counts) blocks.set(metadata.name, { cidr: spec.cidr, state: spec.state })
          else if (!blocks.delete(metadata.name)) continue
          events.changed()
        }
      },
    },
  )
  return { blocks, informer: affinities }
}

/** Whose affinities have changed: worked out once for all confds that are told the same. */
const byNode = remembered((changes: readonly InformerChange<BlockAffinity>[]) =>
  Map.groupBy(changes, ({ object }) => object.spec.node),
)
