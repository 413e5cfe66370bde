import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { BGPConfiguration, BGPFilter, BGPPeer, BlockAffinity, IPPool, Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { BgpBlock } from '#lab/calico/confd/data.ts'
import { NodeIndex } from '#lab/calico/confd/node-index.ts'
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
  p: Process,
  kube: KubeClient,
  { nodeName, events }: { readonly nodeName: string; readonly events: SourceEvents },
): Sources {
  const nodes = new NodeIndex()
  const peering = (reason: string) => ({ onChange: () => events.peeringChanged([reason]) })
  const nodeInformer = informer<Node>(
    p,
    kube,
    { type: resources.nodes },
    {
      onChange: ({ type, object }) => {
        const reasons = type === 'DELETED' ? nodes.remove(object.metadata.name) : nodes.put(object)
        if (reasons.length > 0) events.peeringChanged(reasons)
      },
    },
  )
  const own = ownBlocks(p, kube, nodeName, events)
  const pools = informer<IPPool>(p, kube, { type: resources.ipPools }, { onChange: () => events.changed() })
  const configurations = informer<BGPConfiguration>(
    p,
    kube,
    { type: resources.bgpConfigurations },
    peering('AS number updated.'),
  )
  const peers = informer<BGPPeer>(
    p,
    kube,
    { type: resources.bgpPeers },
    peering('BGP peer updated or deleted'),
  )
  const filters = informer<BGPFilter>(
    p,
    kube,
    { type: resources.bgpFilters },
    peering('BGPFilter updated or deleted'),
  )
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

/** The affinities of one node. Those that are pending are passed over, as confd's client does: the block may not be its own. */
function ownBlocks(p: Process, kube: KubeClient, nodeName: string, events: SourceEvents) {
  const blocks = new Map<string, BgpBlock>()
  const affinities = informer<BlockAffinity>(
    p,
    kube,
    { type: resources.blockAffinities },
    {
      onChange: ({ type, object: { metadata, spec } }) => {
        if (spec.node !== nodeName) return
        const counts = type !== 'DELETED' && spec.deleted !== 'true' && spec.state !== 'pending'
        if (counts) blocks.set(metadata.name, { cidr: spec.cidr, state: spec.state })
        else if (!blocks.delete(metadata.name)) return
        events.changed()
      },
    },
  )
  return { blocks, informer: affinities }
}
