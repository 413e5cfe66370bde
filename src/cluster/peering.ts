/** Who is to peer with whom, by the datastore: the mesh, and explicit peers. */
import { bareAddress } from '#cluster/addresses.ts'
import type { Fact, Provenance, Reads } from '#cluster/facts.ts'
import type { BgpPeerRow, NodeRow } from '#cluster/relations.ts'
import { selects } from '#cluster/selectors.ts'
import { envNamed, isOff, isOn, settingsNamed } from '#cluster/settings.ts'

export interface Mesh {
  readonly isOn: boolean
  /** A person's words, not a listing. */
  readonly isTold: boolean
  readonly from: Provenance
}

/**
 * Whether the node-to-node mesh is on, where somebody showed it; without any setting it is.
 *
 * @see projectcalico/calico:api/pkg/apis/projectcalico/v3/bgpconfig.go (NodeToNodeMeshEnabled)
 */
export const meshSettings = (facts: Reads<'settings'>): readonly Mesh[] =>
  settingsNamed(facts, 'BGPConfiguration', 'nodeToNodeMeshEnabled')
    // A configuration of one node cannot switch the mesh.
    .filter((row) => row.in === undefined || !row.in.startsWith('node.'))
    .flatMap((row) =>
      isOn(row) || isOff(row) ? [{ isOn: isOn(row), isTold: row.in === 'told', from: row.from }] : [],
    )

/** Whether this cluster is known to run without BIRD: then nobody peers, and that is right. */
export const isWithoutBgp = (facts: Reads<'settings' | 'messages'>): boolean =>
  [...envNamed(facts, 'CALICO_NETWORKING_BACKEND'), ...settingsNamed(facts, 'other', 'calico_backend')].some(
    ({ value }) => value === 'vxlan' || value === 'none',
  ) ||
  settingsNamed(facts, 'Installation', 'calicoNetwork.bgp').some(isOff) ||
  facts.rows('messages').some(({ message }) => message.id === 'startup/backend-without-bgp')

/** Whether a BGPPeer is for a node with this name; undefined where a selector or labels that decide are not understood. */
export function isPeerOf(peer: BgpPeerRow, node: Pick<NodeRow, 'name' | 'labels'>): boolean | undefined {
  if (peer.node !== undefined) return peer.node === node.name
  return peer.nodeSelector === undefined ? true : selects(peer.nodeSelector, node.labels)
}

/** Peers that nothing names: neither an address nor a selector of nodes. */
export const peersOfNobody = (facts: Reads<'bgpPeers'>): readonly Fact<BgpPeerRow>[] =>
  facts.rows('bgpPeers').filter(({ peerIp, peerSelector }) => !peerIp && !peerSelector)

export interface AsDisagreement {
  readonly peer: Fact<BgpPeerRow>
  readonly node: string
  readonly actual: string
}

/** BGPPeers that point at a node of Calico's and expect another AS number of it than it has. */
export const wrongAsNumbers = (
  facts: Reads<'bgpPeers' | 'calicoNodes' | 'settings'>,
): readonly AsDisagreement[] =>
  facts.rows('bgpPeers').flatMap((peer) => {
    const address = bareAddress(peer.peerIp ?? '')
    const node = facts
      .rows('calicoNodes')
      .find(({ ipv4 }) => ipv4 !== undefined && bareAddress(ipv4) === address)
    const actual = asNumberOf(node?.asNumber) ?? clusterAsNumber(facts)
    const isWrong = node !== undefined && actual !== undefined && asNumberOf(peer.asNumber) !== undefined
    return isWrong && actual !== asNumberOf(peer.asNumber) ? [{ peer, node: node.name, actual }] : []
  })

/**
 * What nodes without a number of their own have; undefined while the settings were not all read.
 *
 * @see projectcalico/calico:confd/pkg/backends/calico/client.go (`globalDefaults`)
 */
function clusterAsNumber(facts: Reads<'settings'>): string | undefined {
  const set = settingsNamed(facts, 'BGPConfiguration', 'asNumber').find((row) => row.in === 'default')
  if (set !== undefined) return asNumberOf(set.value)
  return facts.coverage('settings').kind === 'complete' ? '64512' : undefined
}

/** `(64512)` is the inherited one; `(unknown)` is none. */
const asNumberOf = (text: string | undefined): string | undefined =>
  /^\(?(?<as>\d{1,10}(?:\.\d{1,5})?)\)?$/.exec(text ?? '')?.groups?.as
