import type { ClusterNode } from '#lab/calico/felix/cluster-nodes.ts'
import { vxlanDevice } from '#lab/calico/felix/tunnels.ts'
import type { FdbEntry, Neighbour, NetChange } from '#lab/network/ports.ts'

/** What makes the neighbours of the VXLAN device those of the peers. */
export function neighbourChanges(
  present: readonly Neighbour[],
  peers: readonly ClusterNode[],
): readonly NetChange[] {
  const wanted = new Map(peers.map((peer) => [peer.vxlanAddress ?? '', peer.vxlanMac]))
  return [
    ...present
      .filter(({ address }) => !wanted.has(address))
      .map(({ address }): NetChange => ({ op: 'neigh-del', link: vxlanDevice, address })),
    ...[...wanted]
      .filter(([address, mac]) => !present.some((each) => each.address === address && each.mac === mac))
      .map(
        ([address, mac]): NetChange => ({
          op: 'neigh-replace',
          neighbour: { link: vxlanDevice, address, mac, permanent: true },
        }),
      ),
  ]
}

/** What makes its FDB say where each peer is. */
export function fdbChanges(
  present: readonly FdbEntry[],
  peers: readonly ClusterNode[],
): readonly NetChange[] {
  const wanted = new Map(peers.map((peer) => [peer.vxlanMac, peer.address]))
  return [
    ...present
      .filter(({ mac }) => !wanted.has(mac))
      .map(({ mac }): NetChange => ({ op: 'fdb-del', link: vxlanDevice, mac })),
    ...[...wanted]
      .filter(
        ([mac, destination]) => !present.some((each) => each.mac === mac && each.destination === destination),
      )
      .map(
        ([mac, destination]): NetChange => ({
          op: 'fdb-replace',
          entry: { link: vxlanDevice, mac, destination },
        }),
      ),
  ]
}
