/** The wires between machines, and what may be changed on them while a lab runs. */
import type { AclPlan, GroupPlan } from '#lab/network/fabric-plan.ts'
import type { Net } from '#lab/network/ports.ts'

export interface Underlay {
  /** State and filters of a machine's port; `link` is eth0 unless said. Throws when the machine has none. */
  port(machine: string, link?: string): UnderlayPort
  /** By which interfaces a machine is plugged in. */
  links(machine: string): readonly string[]
  /** Filters on the way between any two machines: a firewall appliance that sees everything. */
  rules(): readonly UnderlayRule[]
  addRule(rule: UnderlayRule): void
  removeRule(name: string): void
  /** A router's own namespace: its routes, links, filter and NAT are changed as a machine's. Throws for an unknown one. */
  router(name: string): Net
  /** Whether the private networks that meet at this router reach each other ("VLAN spanning"). */
  setSpanning(router: string, spans: boolean): void
  /** A subnet's access list; undefined takes it away. */
  setAcl(segment: string, acl: AclPlan | undefined): void
  acl(segment: string): AclPlan | undefined
  /** Adds a security group, or replaces that of its name. */
  setGroup(group: GroupPlan): void
  groups(): readonly GroupPlan[]
}

export interface UnderlayPort {
  up: boolean
  mtuBytes: number
  /** Names of the security groups that guard it. None: everything passes. */
  groups: readonly string[]
  /**
   * Source addresses (CIDRs) that may be sent from here besides the machine's own; `any` switches the check off. Clouds
   * drop pods' own addresses on unencapsulated packets unless they are allowed here.
   */
  allowedSources: 'any' | readonly string[]
  /** The card gets the checksums of packets inside VXLAN wrong when it is asked to compute them. */
  corruptsVxlanChecksums: boolean
}

export interface UnderlayRule {
  readonly name: string
  readonly source?: string // CIDR
  readonly destination?: string
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'ipip'
  readonly port?: number // destination port
  /** Only ICMP errors, only "fragmentation needed", or only pieces of fragmented packets. */
  readonly only?: 'icmp-errors' | 'fragmentation-needed' | 'fragments'
  readonly action: 'drop' | 'reject'
}
