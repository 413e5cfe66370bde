import type { BGPPeer } from '#lab/api/objects.ts'
import { type BgpPeerData, bareAddress } from '#lab/calico/confd/data.ts'
import { seconds } from '#lab/calico/confd/duration.ts'
import type { IndexedNode, NodeIndex } from '#lab/calico/confd/node-index.ts'
import { calicoSelector } from '#lab/calico/selector.ts'

/** What the peerings of one node are worked out from. */
export interface Peering {
  readonly nodeName: string
  readonly nodes: NodeIndex
  readonly asNumber: number
  readonly listenPort?: number
  /** Ports of nodes that have their own. */
  readonly listenPorts: ReadonlyMap<string, number>
  /** Undefined where there is none, or where it cannot be read. */
  password(peer: BGPPeer): string | undefined
  /** A BGPPeer that cannot be used, in confd's words. */
  complain(says: string): void
}

/**
 * The peerings of one node, in the order of their keys: what BGPPeers say of it, and the reverse of what they say of nodes that
 * peer with it (projectcalico/calico:confd/pkg/backends/calico/client.go, updatePeersV1). Of several that lead to one
 * address and port the first wins: global ones, then those of the node, then reverse ones.
 */
export function peersOf(peers: readonly BGPPeer[], peering: Peering): readonly BgpPeerData[] {
  const found = new Map<string, BgpPeerData>()
  const emit = (each: BgpPeerData): void => {
    const key = `${each.address}-${each.port ?? 0}`
    if (!found.has(key)) found.set(key, each)
  }
  for (const peer of peers.filter(isGlobal)) for (const each of forward(peer, peering)) emit(each)
  for (const peer of peers.filter((peer) => !isGlobal(peer)))
    if (concerns(peer, peering)) for (const each of forward(peer, peering)) emit(each)
  for (const peer of peers) for (const each of reverse(peer, peering)) emit(each)
  return [...found.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** `10.0.0.1`, or `10.0.0.1-1790`: the last part of a peering's key. */
export const keyOf = ({ address, port }: BgpPeerData): string =>
  port === undefined ? address : `${address}-${port}`

const isGlobal = ({ spec }: BGPPeer): boolean => !spec.node && !spec.nodeSelector

/** Whether the node is on the near side of a peering that is not global. */
function concerns({ spec }: BGPPeer, peering: Peering): boolean {
  if (!spec.nodeSelector) return spec.node === peering.nodeName
  return matches(spec.nodeSelector, peering.nodes.get(peering.nodeName), peering)
}

function matches(selector: string, node: IndexedNode | undefined, { complain }: Peering): boolean {
  try {
    return node !== undefined && calicoSelector(selector)(node.labels)
  } catch {
    complain(`Couldn't parse selector: ${selector}`)
    return false
  }
}

function matching(selector: string, { nodes, complain }: Peering): readonly IndexedNode[] {
  try {
    return nodes.matching(selector)
  } catch {
    complain(`Couldn't parse selector: ${selector}`)
    return []
  }
}

function forward(peer: BGPPeer, peering: Peering): readonly BgpPeerData[] {
  const kind = isGlobal(peer) ? 'global' : 'node'
  const common = { kind, ...shared(peer, peering) } as const
  if (peer.spec.peerSelector)
    return matching(peer.spec.peerSelector, peering).flatMap((node) => nodeAsPeer(node, common, peering))
  return external(peer, common, peering)
}

type Common = Pick<BgpPeerData, 'kind' | 'usesNodeAddress' | 'filters' | 'password' | 'restartSeconds'>

/** What holds for every peering that a BGPPeer makes. */
function shared(peer: BGPPeer, peering: Peering): Omit<Common, 'kind'> {
  const { sourceAddress, maxRestartTime, filters, ttlSecurity, reachableBy, keepaliveTime } = peer.spec
  const password = peering.password(peer)
  const restart = seconds(maxRestartTime)
  const keepalive = seconds(keepaliveTime)
  return {
    usesNodeAddress: (sourceAddress ?? 'UseNodeIP') === 'UseNodeIP',
    filters: filters ?? [],
    ...(password === undefined ? {} : { password }),
    ...(restart === undefined ? {} : { restartSeconds: restart }),
    ...(ttlSecurity ? { ttlSecurity } : {}),
    ...(reachableBy ? { reachableBy } : {}),
    ...(keepalive === undefined ? {} : { keepaliveSeconds: keepalive }),
  }
}

function nodeAsPeer(node: IndexedNode, common: Common, peering: Peering): readonly BgpPeerData[] {
  const address = bareAddress(node)
  if (address === '') return []
  const port = peering.listenPorts.get(node.name) ?? peering.listenPort
  const cluster = node.routeReflectorClusterId
  return [
    {
      ...common,
      address,
      asNumber: node.asNumber ?? peering.asNumber,
      ...(port === undefined ? {} : { port }),
      ...(cluster === undefined ? {} : { clusterId: cluster }),
    },
  ]
}

const addressForm = /^\d+\.\d+\.\d+\.\d+$/

function external(peer: BGPPeer, common: Common, peering: Peering): readonly BgpPeerData[] {
  const { spec } = peer
  const { address, port } = addressAndPort(spec.peerIP ?? '')
  if (address.includes(':')) return []
  if (!addressForm.test(address)) return refused(peering, 'PeerIP is not assigned or is malformed')
  if (spec.reachableBy?.includes(':'))
    return refused(peering, 'ReachableBy address family does not match PeerIP')
  if (spec.reachableBy && !addressForm.test(spec.reachableBy))
    return refused(peering, 'ReachableBy address is malformed')
  const own = port ?? portOf(nodesAt(address, peer, undefined, peering)[0], peering)
  return [
    {
      ...common,
      address,
      asNumber: spec.asNumber ?? 0,
      ...(own === undefined ? {} : { port: own }),
      ...(spec.keepOriginalNextHop ? { keepNextHop: true } : {}),
      ...(spec.numAllowedLocalASNumbers ? { allowLocalAs: spec.numAllowedLocalASNumbers } : {}),
      ...(peering.nodes.withAddress(address).length > 0 ? { calicoNode: true } : {}),
    },
  ]
}

function refused({ complain }: Peering, says: string): readonly BgpPeerData[] {
  complain(says)
  return []
}

const portOf = (node: IndexedNode | undefined, peering: Peering): number | undefined =>
  node && (peering.listenPorts.get(node.name) ?? peering.listenPort)

/** What peers with this node without its own BGPPeer saying so: nodes on the near side of one whose far side this node is. */
function reverse(peer: BGPPeer, peering: Peering): readonly BgpPeerData[] {
  if (!isFarSide(peer, peering)) return []
  const common = { kind: 'node', ...shared(peer, peering) } as const
  return nearSide(peer, peering).flatMap((node) => nodeAsPeer(node, common, peering))
}

function isFarSide(peer: BGPPeer, peering: Peering): boolean {
  const own = peering.nodes.get(peering.nodeName)
  if (peer.spec.peerSelector) return matches(peer.spec.peerSelector, own, peering)
  const { address, port } = addressAndPort(peer.spec.peerIP ?? '')
  if (bareAddress(own) !== address) return false
  return nodesAt(address, peer, port, peering).some((node) => node.name === peering.nodeName)
}

function nearSide({ spec }: BGPPeer, peering: Peering): readonly IndexedNode[] {
  if (spec.nodeSelector) return matching(spec.nodeSelector, peering)
  if (!spec.node) return matching('all()', peering)
  const node = peering.nodes.get(spec.node)
  return node ? [node] : []
}

/** Nodes that have this address, the peer's AS number and, where one is asked for, its port. */
function nodesAt(
  address: string,
  { spec }: BGPPeer,
  port: number | undefined,
  peering: Peering,
): readonly IndexedNode[] {
  const asNumber = spec.asNumber || peering.asNumber
  return peering.nodes.withAddress(address).filter((node) => {
    if ((node.asNumber ?? peering.asNumber) !== asNumber) return false
    const own = portOf(node, peering)
    return port === undefined || own === undefined || own === port
  })
}

function addressAndPort(text: string): { readonly address: string; readonly port?: number } {
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text)
  if (!match || (match[1] ?? '').includes('::')) return { address: text }
  return { address: match[1] ?? '', port: Number(match[2]) }
}
