import { bgpComplaints } from '#cluster/bgp-complaints.ts'
import type { Fact } from '#cluster/facts.ts'
import { isComplete } from '#cluster/queries.ts'
import type { BgpPeerRow, NodeRow } from '#cluster/relations.ts'
import { selects } from '#cluster/selectors.ts'
import { isOff, isOn, settingsNamed } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { findingsOf, hasSign, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import type { View, Weight } from '#diagnosis/types.ts'

export interface LabelLostState {
  /** The peers whose selector matches no node. */
  readonly peers: readonly string[]
}

type Names = 'bgpPeers' | 'nodes' | 'settings' | 'messages' | 'pods' | 'bgpSessions'

/**
 * Finds peers by selector that match no node any more, while the mesh is off: an upgrade or a replacement took the label of
 * the route reflectors away. All sessions go at once, and no log has an error.
 *
 * @see projectcalico/calico:confd/pkg/backends/calico/bgp_processor.go, confd/pkg/backends/calico/client.go (peers by selector)
 */
export const detector = defineDetector<LabelLostState, Names>({
  needs: ['bgpPeers', 'nodes', 'settings'],
  uses: ['messages', 'pods', 'bgpSessions'],
  judges: 'cluster',
  detect: (view) => {
    const mesh = settingsNamed(view, 'BGPConfiguration', 'nodeToNodeMeshEnabled')
    // With a mesh every node has its sessions, whatever else is configured.
    if (mesh.some(isOn)) return []
    const off = mesh.find(isOff)
    const idle = off === undefined ? [] : idlePeers(view)
    const signs = [
      ...idle.map((peer) => ofPeer(view, peer, view.rows('bgpPeers').length === idle.length)),
      ...(off === undefined ? [] : ofReflectors(view, idle)),
      ...(off === undefined || !view.rows('bgpPeers').some(isBySelector) ? [] : ofSessions(view)),
    ]
    return findingsOf(
      off === undefined || signs.length === 0
        ? []
        : [...signs, sign(off, 'weak', 'the mesh between nodes is off', clusterSubject)],
      {
        judges: 'cluster',
        conclude: (own) =>
          hasSign(own, 'decisive') || hasSign(own, 'strong')
            ? {
                says: 'the selector of the route reflectors matches no node, and the mesh is off',
                state: { peers: idle.map(({ peer }) => peer.name) },
              }
            : undefined,
      },
    )
  },
  explains: (_, symptom, view) =>
    // Who is not ready for lack of BGP peers says so; a node without any peer is even ready.
    symptom.id !== 'calico-node-not-ready' || bgpComplaints(view).length > 0,
  // Sessions that are up beside peers that take nobody are older than what is configured: BIRD has not read it, for whatever reason.
  isHidden: (_, view) =>
    settingsNamed(view, 'BGPConfiguration', 'nodeToNodeMeshEnabled').some(isOff) &&
    idlePeers(view).length > 0,
})

interface Idle {
  readonly peer: Fact<BgpPeerRow>
  /** Which selector matches nothing. */
  readonly selector: string
  readonly what: 'nodes to peer with' | 'nodes that peer'
}

const isBySelector = ({ peerSelector, peerIp }: BgpPeerRow): boolean =>
  peerSelector !== undefined && peerSelector !== '' && peerIp === undefined

/** Nodes whose labels were shown: every node has some. */
const labelled = (view: View<Names>): readonly Fact<NodeRow>[] =>
  view.rows('nodes').filter(({ labels }) => Object.keys(labels).length > 0)

/** Peers one of whose selectors takes none of the nodes that are known with their labels. */
function idlePeers(view: View<Names>): readonly Idle[] {
  const nodes = labelled(view)
  const all = view.rows('nodes').filter(({ name }) => name !== '')
  if (nodes.length === 0 || nodes.length < all.length) return []
  return view.rows('bgpPeers').flatMap((peer): readonly Idle[] => {
    if (isIdle(peer.peerSelector, nodes))
      return [{ peer, selector: peer.peerSelector ?? '', what: 'nodes to peer with' }]
    return isIdle(peer.nodeSelector, nodes)
      ? [{ peer, selector: peer.nodeSelector ?? '', what: 'nodes that peer' }]
      : []
  })
}

const isIdle = (selector: string | undefined, nodes: readonly NodeRow[]): boolean =>
  selector !== undefined &&
  selector !== '' &&
  nodes.every(({ labels }) => selects(selector, labels) === false)

function ofPeer(view: View<Names>, { peer, selector, what }: Idle, isAll: boolean): Sign {
  const isUp = view.rows('bgpSessions').some(({ up }) => up)
  const isProven = isAll && !isUp && isComplete(view.coverage('nodes'))
  const weight: Weight = isUp ? 'weak' : isProven ? 'decisive' : 'strong'
  return sign(
    { from: peer.from },
    weight,
    `BGPPeer ${peer.name}: ${selector} matches no node (${what})`,
    clusterSubject,
  )
}

/** A node that is set up as a reflector, with a cluster id, and that no selector takes as one. */
function ofReflectors(view: View<Names>, idle: readonly Idle[]): readonly Sign[] {
  const selectors = view.rows('bgpPeers').flatMap(({ peerSelector }) => (peerSelector ? [peerSelector] : []))
  return settingsNamed(view, 'Node', 'RouteReflectorClusterID')
    .concat(settingsNamed(view, 'Node', 'projectcalico.org/RouteReflectorClusterID'))
    .flatMap((row) => {
      const node = labelled(view).find(({ name }) => name === row.node)
      if (node === undefined || selectors.length === 0) return []
      const isTaken = selectors.some((selector) => selects(selector, node.labels) !== false)
      if (isTaken) return []
      const weight = idle.length > 0 || view.rows('bgpPeers').length === 1 ? 'decisive' : 'strong'
      return [
        sign(
          row,
          weight,
          `${node.name} has a route reflector’s cluster id, and no peer’s selector takes it`,
          clusterSubject,
        ),
      ]
    })
}

/** Nobody has a peer left, and nobody complains. */
const ofSessions = (view: View<Names>): readonly Sign[] =>
  messageSigns(view, {
    'calicoctl/no-peers': ({ message: { params } }) =>
      params.family === 'IPv6'
        ? undefined
        : ['strong', 'a node has no BGP peers though peers by selector are configured'],
  }).map((one) => ({ ...one, about: clusterSubject }))
