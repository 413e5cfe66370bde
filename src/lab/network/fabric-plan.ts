/**
 * What lies between the machines, as data: subnets, the routers that join them, access lists and security groups.
 *
 *     { segments: [{ name: 'vlan-a', subnet: '10.1.0.0/24', gateway: '10.1.0.1' },
 *                  { name: 'vlan-b', subnet: '10.2.0.0/24', gateway: '10.2.0.1' }],
 *       routers: [{ name: 'backend-router', interfaces: [{ segment: 'vlan-a', address: '10.1.0.1' },
 *                                                        { segment: 'vlan-b', address: '10.2.0.1' }] }] }
 *
 * A router is a namespace like a machine's (routes, filter, NAT), without programs. What a cloud's virtual router is told
 * by custom routes, and a gateway appliance by its configuration, are routes and rules of it.
 *
 * Not imitated: bandwidth, loss and delay; IPv6; multicast; connection tracking time-outs in security groups.
 */
import type { Chains, PortRange, Rule, RuleProtocol } from '#lab/network/rule.ts'

export interface FabricPlan {
  readonly segments: readonly SegmentPlan[]
  readonly routers: readonly RouterPlan[]
  readonly groups?: readonly GroupPlan[]
}

/** One broadcast domain: a VLAN, or the part of a subnet in one zone. */
export interface SegmentPlan {
  readonly name: string
  readonly subnet: string // 10.0.0.0/24
  /** Where machines on it send what is for elsewhere: the address of some router. None: no way out. */
  readonly gateway?: string
  /** What its ports carry. Default 9000. */
  readonly mtuBytes?: number
  /** Whether ports drop packets whose source is not an address of the machine or allowed there. Default false. */
  readonly antiSpoofing?: boolean
  /** Asked where packets enter or leave the subnet, that is, at routers. */
  readonly acl?: AclPlan
  /** Protocols that this network does not carry at all, as Azure does not carry IP in IP. */
  readonly refuses?: readonly RuleProtocol[]
}

export interface RouterPlan {
  readonly name: string
  /** Named eth0, eth1, … unless said. */
  readonly interfaces: readonly {
    readonly segment: string
    readonly address: string
    readonly link?: string
    readonly mtuBytes?: number // default 1500
    /** Names of the security groups that guard it. None: everything passes. */
    readonly groups?: readonly string[]
  }[]
  /** Beyond the subnets it is on. Default: everything else is dropped without a word. */
  readonly routes?: readonly { readonly destination: string; readonly via: string }[]
  /** False: packets from one of its interfaces to another are dropped. Default true. */
  readonly spans?: boolean
  /** Its FORWARD chain, stateful as iptables is. */
  readonly forward?: readonly Rule[]
  /** More chains of its filter table, to which that one jumps. */
  readonly chains?: Chains
  /** Its nat table: masquerading towards the internet, port forwarding. */
  readonly nat?: Chains
}

/** Stateless, in order; what nothing matches is denied. */
export interface AclPlan {
  readonly inbound: readonly AclRule[]
  readonly outbound: readonly AclRule[]
}

export interface AclRule {
  readonly name: string
  readonly action: 'allow' | 'deny'
  readonly source?: string
  readonly destination?: string
  readonly protocol?: RuleProtocol
  readonly ports?: PortRange
  readonly sourcePorts?: PortRange
}

/** Stateful: answers to what was allowed pass. What nothing allows is dropped. */
export interface GroupPlan {
  readonly name: string
  readonly inbound: readonly GroupRule[]
  readonly outbound: readonly GroupRule[]
}

export interface GroupRule {
  readonly protocol?: RuleProtocol
  readonly ports?: PortRange
  /** The other end: a CIDR, or the machines (by their own addresses, not their pods') of a group. Default: anybody. */
  readonly remote?: { readonly cidr: string } | { readonly group: string }
}

/** One subnet with a gateway that silently drops what it has no route for. */
export const flatFabric = ({
  subnet = '10.0.0.0/24',
  gateway = '10.0.0.1',
}: {
  readonly subnet?: string
  readonly gateway?: string
}): FabricPlan => ({
  segments: [{ name: 'underlay', subnet, gateway }],
  routers: [{ name: 'gateway', interfaces: [{ segment: 'underlay', address: gateway }] }],
})
