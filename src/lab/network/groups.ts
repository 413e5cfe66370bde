import { cidr, contains, type Ipv4 } from '#lab/network/address.ts'
import type { GroupPlan, GroupRule } from '#lab/network/fabric-plan.ts'
import { isInRange } from '#lab/network/matching.ts'
import type { Packet } from '#lab/network/packet.ts'
import type { PortRange } from '#lab/network/rule.ts'
import type { Station } from '#lab/network/segment.ts'
import type { SegmentPort } from '#lab/network/segment-port.ts'

/**
 * Security groups as clouds have them: rules at a port that only allow, and remember what they allowed. A group as the
 * other end means its machines' own addresses: packets that carry pods' addresses need a rule with a CIDR.
 */
export class SecurityGroups {
  readonly #fabric: { touch(): void; namePort(port: PortRange): void }
  readonly #groups = new Map<string, GroupPlan>()
  readonly #members = new Map<SegmentPort, Station>()

  constructor(fabric: { touch(): void; namePort(port: PortRange): void }) {
    this.#fabric = fabric
  }

  list(): readonly GroupPlan[] {
    return [...this.#groups.values()]
  }

  set(group: GroupPlan): void {
    this.#groups.set(group.name, group)
    for (const { ports } of [...group.inbound, ...group.outbound])
      if (ports !== undefined) this.#fabric.namePort(ports)
    this.#fabric.touch()
  }

  join(station: Station): void {
    this.#members.set(station.port, station)
  }

  /** Why a port's groups do not let a packet pass; nothing when they do. */
  refusal(port: SegmentPort, side: 'inbound' | 'outbound', p: Packet): string | undefined {
    // An answer to what was allowed; the lab's packets say themselves that they are one.
    if (port.groups.length === 0 || p.state === 'established') return undefined
    const remote = side === 'inbound' ? p.source : p.destination
    const allows = (rule: GroupRule): boolean =>
      (rule.protocol === undefined || rule.protocol === p.protocol) &&
      (rule.ports === undefined || isInRange(p.port, rule.ports)) &&
      this.#isRemote(rule.remote, remote)
    if (port.groups.some((name) => this.#groups.get(name)?.[side].some(allows))) return undefined
    return `not allowed ${side} by security group ${port.groups.join(', ')}`
  }

  #isRemote(remote: GroupRule['remote'], address: Ipv4): boolean {
    if (remote === undefined) return true
    if ('cidr' in remote) return contains(cidr(remote.cidr), address)
    for (const [port, { stack, link }] of this.#members)
      if (port.groups.includes(remote.group) && stack.isOn(link.name, address)) return true
    return false
  }
}
