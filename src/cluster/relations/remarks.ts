import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A person's own sentence about what they see. Weak evidence, never decisive. */
export interface RemarkRow {
  readonly says: RemarkSays
  readonly node?: string
}

/** What sentences are understood to say, by subject: traffic, what happened before, the shape of the trouble. */
export type RemarkSays =
  | 'same-node-works-cross-node-fails'
  | 'same-subnet-fails' // nodes of one subnet; across subnets it works
  | 'cross-subnet-fails' // nodes of different subnets or VLANs; within one it works
  | 'service-timeouts'
  | 'icmp-works-tcp-fails'
  | 'small-works-large-fails'
  | 'ipv4-works-ipv6-fails'
  | 'egress-fails'
  | 'dns-fails'
  | 'pods-cannot-reach-api'
  | 'host-to-pod-fails'
  | 'only-new-pods-fail'
  | 'only-new-nodes-fail'
  | 'slow-network'
  | 'node-network-fine'
  | 'ssh-works'
  | 'node-was-rebooted'
  | 'os-was-updated'
  | 'calico-was-upgraded'
  | 'kubernetes-was-upgraded'
  | 'other-cni-was-used'
  | 'firewall-was-changed'
  | 'policy-was-applied'
  | 'node-was-renamed'
  | 'node-was-readded'
  | 'address-was-changed'
  | 'heals-by-itself'
  | 'routes-come-and-go'
  | 'pods-restart-with-clean-logs'
  | 'high-load'
  | 'zone-in-common'
  | 'one-address-only' // only one interface has an address, as somebody says

export const remarksInfo: RelationInfo<RemarkRow> = {
  key: (row) => `${row.says}:${row.node ?? ''}`,
  command: () => 'ask whoever reported it',
  permission: 'none',
  tier: 'api',
  cost: 6,
  carriesSymptoms: false,
}
