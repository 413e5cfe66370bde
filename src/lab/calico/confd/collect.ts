import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { BGPConfiguration, BGPPeer, BlockAffinity, IPPool, Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { BgpData, BgpNode, BgpPeerData, BgpPool } from '#lab/calico/confd/data.ts'
import type { Process } from '#lab/host/ports.ts'

/** What confd watches. */
export interface Sources {
  readonly nodes: Informer<Node>
  readonly pools: Informer<IPPool>
  readonly affinities: Informer<BlockAffinity>
  readonly configurations: Informer<BGPConfiguration>
  readonly peers: Informer<BGPPeer>
}

export function watchSources(p: Process, kube: KubeClient, onChange: () => void): Sources {
  const options = { onChange }
  return {
    nodes: informer<Node>(p, kube, { type: resources.nodes }, options),
    pools: informer<IPPool>(p, kube, { type: resources.ipPools }, options),
    affinities: informer<BlockAffinity>(p, kube, { type: resources.blockAffinities }, options),
    configurations: informer<BGPConfiguration>(p, kube, { type: resources.bgpConfigurations }, options),
    peers: informer<BGPPeer>(p, kube, { type: resources.bgpPeers }, options),
  }
}

/** The cluster's state as the templates see it; a pod's comings and goings on a node leave it as it is. */
export function collect(sources: Sources, nodeName: string): BgpData {
  const global = sources.configurations.get('default')?.spec
  const port = global?.listenPort
  const restart = seconds(global?.nodeMeshMaxRestartTime)
  return {
    nodeName,
    nodes: sources.nodes.list().map(bgpNode),
    pools: sources.pools.list().map(bgpPool),
    blocks: sources.affinities
      .list()
      .filter(({ spec }) => spec.node === nodeName && spec.deleted !== 'true')
      .map(({ spec }) => ({ cidr: spec.cidr, state: spec.state })),
    peers: sources.peers.list().flatMap((peer) => bgpPeer(peer, nodeName, global?.asNumber ?? 64512)),
    asNumber: global?.asNumber ?? 64512,
    meshEnabled: global?.nodeToNodeMeshEnabled ?? true,
    logLevel: logLevel(global?.logSeverityScreen),
    ...(port === undefined ? {} : { listenPort: port }),
    ...(restart === undefined ? {} : { meshRestartSeconds: restart }),
  }
}

function bgpNode({ metadata }: Node): BgpNode {
  const annotations = metadata.annotations ?? {}
  const address = annotations['projectcalico.org/IPv4Address']
  const asNumber = annotations['projectcalico.org/ASNumber']
  const cluster = annotations['projectcalico.org/RouteReflectorClusterID']
  return {
    name: metadata.name,
    ...(address ? { address } : {}),
    ...(asNumber ? { asNumber: Number(asNumber) } : {}),
    ...(cluster ? { routeReflectorClusterId: cluster } : {}),
  }
}

function bgpPool({ spec }: IPPool): BgpPool {
  const ipip = spec.ipipMode ?? 'Never'
  return {
    cidr: spec.cidr,
    ipip: ipip === 'CrossSubnet' ? 'cross-subnet' : ipip === 'Always' ? 'always' : 'never',
    vxlan: (spec.vxlanMode ?? 'Never') !== 'Never',
    disableBgpExport: (spec as { disableBGPExport?: boolean }).disableBGPExport === true,
  }
}

/** Peers of the whole cluster and of this node. Not imitated: node and peer selectors. */
function bgpPeer({ spec }: BGPPeer, nodeName: string, clusterAs: number): readonly BgpPeerData[] {
  const [address, port] = (spec.peerIP ?? '').split(':')
  const concerns = spec.node === nodeName || (spec.node === undefined && spec.nodeSelector === undefined)
  if (!address || !concerns) return []
  const keepalive = seconds(spec.keepaliveTime)
  return [
    {
      kind: spec.node === undefined ? 'global' : 'node',
      address,
      asNumber: spec.asNumber ?? clusterAs,
      ...(port === undefined ? {} : { port: Number(port) }),
      ...(keepalive === undefined ? {} : { keepaliveSeconds: keepalive }),
    },
  ]
}

function logLevel(severity: string | undefined): BgpData['logLevel'] {
  const level = severity?.toLowerCase()
  return level === 'debug' || level === 'none' ? level : 'info'
}

/** `120s`, `2m0s` as seconds. */
function seconds(duration: string | undefined): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration ?? '')
  if (!duration || !match) return undefined
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)
}
