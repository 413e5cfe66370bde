import { bareAddress } from '#cluster/addresses.ts'
import { bgpErrors } from '#cluster/bgp-sessions.ts'
import type { Reads } from '#cluster/facts.ts'
import { registeredAddresses } from '#cluster/node-addresses.ts'
import { isPeerOf, isWithoutBgp, meshSettings, peersOfNobody } from '#cluster/peering.ts'
import { isComplete } from '#cluster/queries.ts'
import { selects } from '#cluster/selectors.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface PeeringState {
  /** The mesh is off, and nothing stands in for it. */
  readonly isMeshOff: boolean
}

type Names =
  | 'messages'
  | 'pods'
  | 'nodes'
  | 'calicoNodes'
  | 'settings'
  | 'bgpPeers'
  | 'bgpSessions'
  | 'attempts'

/**
 * Finds BGP peerings that cannot work as they are written: the mesh off and nothing instead, a node that peers with itself, a BGPPeer
 * whose selectors pick nobody or are spelt wrong. Without any peer nothing complains: calico-node is ready and learns no route.
 *
 * @see projectcalico/calico:api/pkg/apis/projectcalico/v3/bgppeer.go
 */
export const detector = defineDetector<PeeringState, Names>({
  needs: ['bgpPeers', 'settings'],
  uses: ['messages', 'pods', 'nodes', 'calicoNodes', 'bgpSessions', 'attempts'],
  judges: 'cluster',
  detect: (view) => {
    const signs = [
      ...meshOff(view),
      ...said(view),
      ...withItself(view),
      ...ofNobody(view),
      ...misspelt(view),
      ...pickingNobody(view),
      ...told(view),
    ]
    const isMeshOff = meshOff(view).length > 0
    return findingsOf([...signs, ...(signs.length === 0 ? [] : unpeered(view, isMeshOff))], {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, ['bgp-session-down'])
          ? {
              says: isMeshOff
                ? 'the node-to-node mesh is off, and no other peering stands in for it'
                : 'a BGP peering cannot work as it is configured',
              state: { isMeshOff },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** The mesh is off: right beside other peers, and the end of all routes without them. */
function meshOff(view: Reads<Names>): readonly Sign[] {
  const sessions = view.rows('bgpSessions')
  const hasOthers =
    view.rows('bgpPeers').length > peersOfNobody(view).length || sessions.some(({ kind }) => kind !== 'mesh')
  if (hasOthers || isWithoutBgp(view)) return []
  const isKnown = isComplete(view.coverage('bgpPeers')) || hasNoPeers(view)
  return meshSettings(view)
    .filter(({ isOn }) => !isOn)
    .map(({ isTold, from }) =>
      isKnown && !isTold
        ? sign({ from }, 'decisive', 'the node-to-node mesh is off, and there are no other peers')
        : sign(
            { from },
            // Who only tells of the mesh may well have peers that nobody was told of.
            isTold && !isKnown ? 'weak' : 'strong',
            'the node-to-node mesh is off, and no other peers were shown',
          ),
    )
}

/** BIRD on some node says that it has no peer; of IPv6 that is usual. */
const hasNoPeers = (view: Reads<Names>): boolean =>
  view
    .rows('messages')
    .some(({ message }) => message.id === 'calicoctl/no-peers' && message.params.family === 'IPv4')

const unpeered = (view: Reads<Names>, isMeshOff: boolean): readonly Sign[] =>
  view
    .rows('messages')
    .filter(({ message }) => message.id === 'calicoctl/no-peers' && message.params.family === 'IPv4')
    .map((row) => sign(row, isMeshOff ? 'strong' : 'weak', 'BIRD has no peer'))

const said = (view: Reads<Names>): readonly Sign[] => [
  ...bgpErrors(view, 'bgp/bad-identifier').map(({ from, about }) =>
    hasSharedAddress(view)
      ? sign({ from }, 'strong', 'both ends of a session have one router id', about)
      : sign(
          { from },
          'decisive',
          'both ends of a session have one router id: a node peers with itself',
          about,
        ),
  ),
  ...bgpErrors(view, 'bgp/peer-deconfigured').map(({ from, about }) =>
    sign({ from }, 'weak', 'the other side does not have this peer (any more)', about),
  ),
  ...messageSigns(view, {
    'confd/selector-invalid': ({ message: { params } }) => [
      'decisive',
      `a selector of a BGPPeer is spelt wrong: ${params.value ?? ''}`,
    ],
    'confd/peer-malformed': ['decisive', 'a BGPPeer has no address, or one that is none'],
    'confd/reachable-by-invalid': [
      'decisive',
      'a BGPPeer’s gateway (reachableBy) is no address of its family',
    ],
    'confd/mesh-skipped': ['weak', 'this node is a route reflector and takes no part in the mesh'],
  }),
]

/** Then it is not the peering that is wrong. */
const hasSharedAddress = (view: Reads<Names>): boolean => {
  const all = registeredAddresses(view)
  return all.some(({ node, address }) =>
    all.some((other) => other.address === address && other.node !== node),
  )
}

/** A BGPPeer for one node whose address is that node's own. One for all nodes is right: the node itself skips it. */
const withItself = (view: Reads<Names>): readonly Sign[] =>
  view.rows('bgpPeers').flatMap((peer) => {
    const own = registeredAddresses(view).filter(({ node }) => peer.node !== undefined && node === peer.node)
    const isItself = own.some(({ address }) => address === bareAddress(peer.peerIp ?? ''))
    return isItself
      ? [sign({ from: peer.from }, 'decisive', `${peer.name} makes ${peer.node ?? ''} peer with itself`)]
      : []
  })

const ofNobody = (view: Reads<Names>): readonly Sign[] =>
  peersOfNobody(view)
    // A quotation of a few fields tells little of the others.
    .filter(
      (peer) => peer.node !== undefined || peer.nodeSelector !== undefined || peer.asNumber !== undefined,
    )
    .map((peer) =>
      sign({ from: peer.from }, 'strong', `${peer.name} names neither an address nor a selector of peers`),
    )

/** What confd says of them once, when it reads them, stands in the peer for as long as it is there. */
const misspelt = (view: Reads<Names>): readonly Sign[] =>
  view
    .rows('bgpPeers')
    .flatMap(({ name, nodeSelector = '', peerSelector = '', from }) =>
      [nodeSelector, peerSelector]
        .filter((selector) => selects(selector, {}) === undefined)
        .map((selector) =>
          sign({ from }, 'strong', `${name} has a selector that cannot be read: ${selector}`),
        ),
    )

/** Selectors against the labels of all nodes: a label that went away takes the peering with it. */
function pickingNobody(view: Reads<Names>): readonly Sign[] {
  const nodes = view.rows('nodes').filter(({ labels }) => Object.keys(labels).length > 0)
  if (nodes.length === 0 || nodes.length < view.rows('nodes').length) return []
  const isAll = isComplete(view.coverage('nodes'))
  const isMeshOff = meshSettings(view).some(({ isOn }) => !isOn)
  return view.rows('bgpPeers').flatMap((peer) => {
    const hasNoNode = nodes.every((node) => isPeerOf(peer, node) === false)
    const hasNoPeer =
      peer.peerSelector !== undefined &&
      nodes.every(({ labels }) => selects(peer.peerSelector ?? '', labels) === false)
    // With the mesh off, a label that was lost is more than a peering that was written wrongly.
    const weight = isMeshOff ? 'weak' : isAll ? 'decisive' : 'strong'
    return [
      ...(hasNoNode
        ? [
            sign(
              { from: peer.from },
              weight,
              `${peer.name} is for no node: ${peer.nodeSelector ?? peer.node ?? ''}`,
            ),
          ]
        : []),
      ...(hasNoPeer
        ? [sign({ from: peer.from }, weight, `${peer.name} picks no peer: ${peer.peerSelector ?? ''}`)]
        : []),
    ]
  })
}

const told = (view: Reads<Names>): readonly Sign[] =>
  view
    .rows('attempts')
    .filter(
      ({ act, after, outcome }) =>
        act === 'set-setting' && after === 'nodeToNodeMeshEnabled=true' && outcome === 'cured',
    )
    .map((row) => sign(row, 'strong', 'it was cured by switching the mesh on'))
