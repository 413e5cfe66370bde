import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A person's own sentence about what they see. Weak evidence, never decisive. */
export interface RemarkRow {
  readonly says: RemarkSays
  readonly node?: string
  /** Of `one-address-only`: the interface that has it. */
  readonly device?: string
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
  | 'address-of-odd-interface' // the node is known by an address of a bridge, a NAT, a VPN, a wrong card
  | 'address-is-taken' // another node is said to have this node's address
  | 'known-by-two-names' // a machine's short name is set against its full one
  | 'other-cni-left' // devices, rules or files of another pod network are still there
  | 'tunnel-device-left' // a tunnel device of Calico's, or what it knows of neighbours, is from before
  | 'stale-neighbours' // hardware addresses behind the tunnel are nobody's any more
  | 'old-address-registered' // Calico still has the address from before a change
  // What people say is wrong, by name:
  | 'ipip-is-blocked'
  | 'vxlan-is-blocked'
  | 'checksum-is-wrong'
  | 'mtu-is-wrong'
  | 'underlay-filters' // the network under the nodes drops addresses that it did not give out
  | 'firewall-rejects' // a host's firewall, in what it forwards
  | 'network-manager-acts'
  | 'interfaces-come-and-go'
  | 'policy-blocks'
  | 'daemonset-is-missing' // calico-node's
  | 'admission-refuses' // Calico's pods
  | 'image-not-pulled' // Calico's
  | 'image-of-other-processor'
  | 'typha-does-not-serve' // it hangs, has stale data, accepts nobody
  | 'bird-config-not-updated'
  | 'cloud-right-missing' // calico-node may not switch the cloud's checks off
  | 'bgp-is-up'
  | 'one-address-only' // only one interface has an address, as somebody says

export const remarksInfo: RelationInfo<RemarkRow> = {
  key: (row) => `${row.says}:${row.node ?? ''}`,
  command: () => 'ask whoever reported it',
  permission: 'none',
  tier: 'api',
  cost: 6,
  carriesSymptoms: false,
}
