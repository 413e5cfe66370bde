import { filled, joined, type RelationInfo } from '#cluster/relations/relation.ts'

export interface NodeRow {
  readonly name: string
  readonly internalIp?: string
  readonly unschedulable: boolean
  readonly conditions: readonly ConditionRow[]
  readonly taints: readonly { readonly key: string; readonly effect: string }[]
  readonly labels: Readonly<Record<string, string>>
  /** `projectcalico.org/IPv4Address`, e.g. 10.0.0.21/24. */
  readonly calicoIpv4?: string
  readonly calicoIpv6?: string
  /** Addresses of its tunnel devices: `projectcalico.org/IPv4IPIPTunnelAddr`, `…VXLANTunnelAddr`. */
  readonly ipipTunnel?: string
  readonly vxlanTunnel?: string
  readonly wireguardAddress?: string
  readonly externalIp?: string
  readonly podCidr?: string
  readonly kubeletVersion?: string
  readonly kernelVersion?: string // 5.15.0-91-generic
  readonly osImage?: string
  readonly containerRuntime?: string // containerd://1.7.13
  readonly createdAtMs?: number
}

export interface ConditionRow {
  readonly type: string // Ready, NetworkUnavailable, MemoryPressure …
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly heartbeatAtMs?: number
  readonly transitionAtMs?: number
}

export const nodesInfo: RelationInfo<NodeRow> = {
  key: (row) => row.name,
  join: (newer, older) => ({
    ...filled(newer, older),
    conditions: joined(newer.conditions, older.conditions, { by: (one) => one.type, join: joinCondition }),
    labels: { ...older.labels, ...newer.labels },
  }),
  command: ({ node }) => (node === undefined ? 'kubectl get nodes -o wide' : `kubectl describe node ${node}`),
  permission: 'list nodes',
  tier: 'api',
  cost: 1,
  carriesSymptoms: true,
}

/** The reason of an older reading belongs to it alone: it fills a newer one only while the status is the same. */
const joinCondition = (newer: ConditionRow, older: ConditionRow): ConditionRow =>
  newer.status === older.status ? filled(newer, older) : newer
