import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A BGPPeer resource. */
export interface BgpPeerRow {
  readonly name: string
  readonly peerIp?: string
  readonly asNumber?: string
  /** The nodes that peer: one by name, or by selector; neither means all of them. */
  readonly node?: string
  readonly nodeSelector?: string
  /** The nodes that are peered with. */
  readonly peerSelector?: string
  /** The Secret that holds its password; the value is never read. */
  readonly passwordSecret?: { readonly name: string; readonly key?: string }
}

export const bgpPeersInfo: RelationInfo<BgpPeerRow> = {
  key: (row) => row.name,
  command: () => 'kubectl get bgppeers.crd.projectcalico.org -o yaml',
  permission: 'list bgppeers.crd.projectcalico.org',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
