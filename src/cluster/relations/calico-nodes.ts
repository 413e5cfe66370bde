import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A node as Calico's datastore knows it (`calicoctl get nodes`): it may be another one than Kubernetes'. */
export interface CalicoNodeRow {
  readonly name: string
  readonly ipv4?: string // 10.0.0.21/24
  readonly ipv6?: string
  /** What its `addresses` say of Kubernetes’ own address of the node. */
  readonly internalIp?: string
  readonly asNumber?: string // as printed: 64512, (64512) for the inherited one
  readonly ipipTunnel?: string
  readonly vxlanTunnel?: string
  readonly wireguardAddress?: string
  readonly wireguardPublicKey?: string
}

export const calicoNodesInfo: RelationInfo<CalicoNodeRow> = {
  key: (row) => row.name,
  command: () => 'calicoctl get nodes -o wide',
  permission: 'list nodes',
  tier: 'api',
  cost: 2,
  carriesSymptoms: false,
}
