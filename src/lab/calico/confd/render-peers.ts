import { type BgpData, type BgpPeerData, nodeAs, ownNode, underscored } from '#lab/calico/confd/data.ts'
import { keyOf } from '#lab/calico/confd/peers.ts'
import { filterFunction } from '#lab/calico/confd/render-filters.ts'

const none = {
  global: '# No global peers configured.',
  node: '# No node-specific peers configured.',
} as const

/** The stanzas of the peerings that BGPPeers ask for, of one kind. */
export function renderPeers(data: BgpData, address: string, kind: BgpPeerData['kind']): string {
  const peers = data.peers.filter((peer) => peer.kind === kind)
  return peers.length === 0
    ? `${none[kind]}\n`
    : `${peers.map((peer) => renderPeer(data, peer, address)).join('\n')}\n`
}

function renderPeer(data: BgpData, peer: BgpPeerData, address: string): string {
  const path = peer.kind === 'global' ? '/bgp/v1/global/peer_v4' : `/bgp/v1/host/${data.nodeName}/peer_v4`
  const title = `\n# For peer ${path}/${keyOf(peer)}`
  if (peer.address === address) return `${title}\n# Skipping ourselves (${address})`
  const suffix = peer.port === undefined ? '' : `_port_${peer.port}`
  const port = peer.port === undefined ? '' : `port ${peer.port} `
  const source = '  # The local address we use for the TCP connection'
  return `${title}
protocol bgp ${peer.kind === 'global' ? 'Global' : 'Node'}_${underscored(peer.address)}${suffix} from bgp_template {
  ttl security ${peer.ttlSecurity ? 'on' : 'off'};
  multihop${peer.ttlSecurity ? ` ${peer.ttlSecurity}` : ''};
  neighbor ${peer.address} ${port}as ${peer.asNumber};${peer.usesNodeAddress ? `\n  source address ${address};${source}` : ''}
  import filter {${filterCalls(data, peer, 'import')}
    accept; # Prior to introduction of BGP Filters we used "import all" so use default accept behaviour on import
  };
  export filter {${filterCalls(data, peer, 'export')}
    calico_export_to_bgp_peers(${isInternal(data, peer)});
    reject;
  };  # Only want to export routes for workloads.${options(data, peer, address)
    .map((option) => `\n  ${option}`)
    .join('')}
}`
}

const isInternal = (data: BgpData, peer: BgpPeerData): boolean =>
  peer.asNumber === nodeAs(data, ownNode(data))

/** Filters that do not exist, or have no rules for this direction, are passed over. */
function filterCalls(data: BgpData, peer: BgpPeerData, direction: 'import' | 'export'): string {
  return peer.filters
    .filter((name) => {
      const filter = data.filters.find((each) => each.name === name)
      return filter !== undefined && filter[`${direction}s`].length > 0
    })
    .map((name) => `\n    ${filterFunction(name, direction)}();`)
    .join('')
}

function options(data: BgpData, peer: BgpPeerData, address: string): readonly string[] {
  const internal = isInternal(data, peer)
  const cluster = ownNode(data)?.routeReflectorClusterId
  const reflects = internal && cluster !== undefined && peer.clusterId !== cluster
  const waits = peer.kind === 'global' && peer.calicoNode && peer.address > address
  return [
    ...(waits ? ['passive on; # Peering is unidirectional, peer will connect to us.'] : []),
    ...(peer.restartSeconds === undefined ? [] : [`graceful restart time ${peer.restartSeconds};`]),
    ...(peer.keepaliveSeconds === undefined ? [] : [`keepalive time ${peer.keepaliveSeconds};`]),
    ...(reflects ? ['rr client;', `rr cluster id ${cluster};`] : []),
    ...(peer.password ? [`password "${peer.password}";`] : []),
    ...(peer.keepNextHop && !internal ? ['next hop keep;'] : []),
    ...(peer.allowLocalAs ? [`allow local as ${peer.allowLocalAs};`] : []),
  ]
}
