import { type Cidr, cidr, contains, type Ipv4, ipv4, isIpv4 } from '#lab/network/address.ts'
import { answersArp, answersForOthers } from '#lab/network/arp.ts'
import type { LinkState } from '#lab/network/devices.ts'
import type { Fabric } from '#lab/network/fabric.ts'
import type { AclPlan, AclRule, SegmentPlan } from '#lab/network/fabric-plan.ts'
import { isInRange } from '#lab/network/matching.ts'
import type { Packet } from '#lab/network/packet.ts'
import type { SegmentPort } from '#lab/network/segment-port.ts'
import type { SimStack } from '#lab/network/stack.ts'

/** One machine's (or router's) plug in a segment. */
export interface Station {
  readonly machine: string
  readonly stack: SimStack
  readonly link: LinkState
  readonly port: SegmentPort
  readonly segment: Segment
  readonly isRouter: boolean
}

/** One broadcast domain: who answers ARP on it, and what its access list lets in and out. */
export class Segment {
  readonly fabric: Fabric
  readonly plan: SegmentPlan
  readonly subnet: Cidr
  readonly #stations = new Map<string, Station>()
  #acl: AclPlan | undefined
  #index: { readonly version: number; readonly stations: ReadonlyMap<Ipv4, readonly Station[]> } | undefined

  constructor(fabric: Fabric, plan: SegmentPlan) {
    this.fabric = fabric
    this.plan = plan
    this.subnet = cidr(plan.subnet)
    this.#acl = plan.acl
    this.#namePorts()
  }

  get acl(): AclPlan | undefined {
    return this.#acl
  }

  set acl(acl: AclPlan | undefined) {
    this.#acl = acl
    this.#namePorts()
    this.fabric.touch()
  }

  /** Ways are kept by the ports that rules tell apart. */
  #namePorts(): void {
    for (const rule of [...(this.#acl?.inbound ?? []), ...(this.#acl?.outbound ?? [])])
      for (const ports of [rule.ports, rule.sourcePorts]) if (ports !== undefined) this.fabric.namePort(ports)
  }

  plug(station: Station): void {
    this.#stations.set(`${station.machine} ${station.link.name}`, station)
    this.#index = undefined
  }

  /** Who answers ARP for this address; with a duplicate address the machine that was attached first. */
  owner(address: Ipv4, asker: SimStack, addressVersion: number): Station | undefined {
    const answers = (station: Station): boolean =>
      station.stack !== asker && isPlugged(station) && answersArp(station.stack, station.link, address)
    const direct = this.#byAddress(addressVersion).get(address)?.find(answers)
    if (direct) return direct
    this.fabric.surveyor.whole() // who answers for others may come to do so by a mere route
    for (const station of this.#stations.values())
      if (answersForOthers(station.stack, station.link) && answers(station)) return station
    return undefined
  }

  /** All who answer ARP for this address: with a duplicate address more than one. */
  answering(address: Ipv4, asker: SimStack): readonly Station[] {
    return [...this.#stations.values()].filter(
      (station) =>
        station.stack !== asker && isPlugged(station) && answersArp(station.stack, station.link, address),
    )
  }

  /** Made anew only when an address of some machine came, went, or its link did. */
  #byAddress(version: number): ReadonlyMap<Ipv4, readonly Station[]> {
    if (this.#index?.version === version) return this.#index.stations
    const stations = new Map<Ipv4, Station[]>()
    for (const station of this.#stations.values())
      for (const { address } of station.stack.devices.addresses) {
        if (!isIpv4(address)) continue
        const at = stations.get(ipv4(address))
        if (at) at.push(station)
        else stations.set(ipv4(address), [station])
      }
    this.#index = { version, stations }
    return stations
  }

  /** The name of the list's rule that denies a packet which enters (`inbound`) or leaves the subnet. */
  deniedBy(side: 'inbound' | 'outbound', p: Packet): string | undefined {
    if (this.#acl === undefined) return undefined
    const rule = this.#acl[side].find((each) => isMet(each, p))
    if (rule?.action === 'allow') return undefined
    return rule?.name ?? 'default deny'
  }
}

const isPlugged = ({ stack, link, port }: Station): boolean =>
  port.up && link.up && stack.link(link.name) === link

const isMet = (rule: AclRule, p: Packet): boolean =>
  (rule.protocol === undefined || rule.protocol === p.protocol) &&
  (rule.ports === undefined || isInRange(p.port, rule.ports)) &&
  (rule.sourcePorts === undefined || isInRange(p.sourcePort, rule.sourcePorts)) &&
  (rule.source === undefined || contains(cidr(rule.source), p.source)) &&
  (rule.destination === undefined || contains(cidr(rule.destination), p.destination))
