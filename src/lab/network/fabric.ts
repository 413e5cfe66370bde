import type { Random } from '#base/random.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { type Cidr, cidr, contains, type Ipv4 } from '#lab/network/address.ts'
import { type Ground, Surveyor, Tremors } from '#lab/network/ground.ts'
import { SecurityGroups } from '#lab/network/groups.ts'
import { isInRange } from '#lab/network/matching.ts'
import { type Packet, type Verdict, wireBytes } from '#lab/network/packet.ts'
import type { UnderlayRule } from '#lab/network/ports.ts'
import type { Rewriting } from '#lab/network/rewriting.ts'
import type { Chains, PortRange, Rule } from '#lab/network/rule.ts'
import type { Segment, Station } from '#lab/network/segment.ts'
import { SegmentPort } from '#lab/network/segment-port.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { Tallies, type Tally } from '#lab/network/tally.ts'

/** Where a packet ended, and what that depends on. */
export interface Kept {
  readonly verdict: Verdict
  readonly ground: Ground
  readonly tally: Tally | undefined
  /** Of a first packet: how the hosts on its way rewrite its conversation, where any does. */
  readonly rewriting?: Rewriting
}

/** Who does without events while nothing moves that packets meet: each is woken as soon as anything does. */
export type Resting = Set<{ wake(): void }>

const keptMax = 8192
const none: readonly never[] = []

interface CompiledRule {
  readonly rule: UnderlayRule
  readonly source: Cidr | undefined
  readonly destination: Cidr | undefined
}

/** What all namespaces of one lab share: the wires, the clock, and a version that any change moves. */
export class Fabric {
  readonly kernel: Kernel
  readonly random: Random
  /** For questions that must not move the lab's chance. */
  readonly dryRandom: Random
  readonly counts = { walks: 0, kept: 0 }
  /** How many look at packets (`tcpdump`). */
  captures = 0
  readonly tremors = new Tremors()
  /** Follows the packet that is on its way now. */
  readonly surveyor = new Surveyor(this)
  /** Counts which rules packets meet. */
  readonly tallies = new Tallies()
  readonly resting: Resting = new Set()
  readonly segments = new Map<string, Segment>()
  readonly groups: SecurityGroups
  readonly #ports = new Map<string, SegmentPort>()
  readonly #stations = new Map<SegmentPort, Station>()
  #rules: readonly CompiledRule[] = []
  #version = 0
  #wires = 0
  #addressVersion = 0
  #serial = 0
  #stacks = 0
  readonly #kept = new Map<string, Kept>()
  readonly #plugged = new Set<SimStack>()
  readonly #namedRanges: PortRange[] = []
  readonly #looked = new WeakSet<readonly Rule[]>()
  /** Of ports that were asked for: whether a range names them. */
  readonly #named = new Map<number, boolean>()

  constructor(kernel: Kernel, random: Random) {
    this.kernel = kernel
    this.random = random
    this.dryRandom = random.fork('dry')
    this.groups = new SecurityGroups(this)
  }

  /** Moves with every change that could change where a packet ends. */
  get version(): number {
    return this.#version
  }

  /** Moves with every change of what is between machines: ports, rules, groups, lists, and who answers ARP. */
  get wires(): number {
    return this.#wires
  }

  /** Something between machines has changed. */
  touch(): void {
    this.#wires++
    this.tremors.count++
    this.moved()
  }

  /** Some namespace or wire has changed. */
  moved(): void {
    this.#version++
    this.wake()
    this.kernel.moved()
  }

  /** What rests as long as nothing moves goes on by itself. */
  wake(): void {
    if (this.resting.size > 0) for (const each of [...this.resting]) each.wake()
  }

  /** An address of a namespace came or went, or a link that carries one did. */
  readdressed(stack: SimStack): void {
    if (!this.#plugged.has(stack)) return
    this.#addressVersion++
    this.#wires++
    this.tremors.count++
  }

  kept(key: string): Kept | undefined {
    const kept = this.#kept.get(key)
    return kept?.ground.stands ? kept : undefined
  }

  keep(key: string, kept: Kept): void {
    if (this.#kept.size >= keptMax) this.#kept.clear()
    this.#kept.set(key, kept)
  }

  /** A number that nobody else in this lab has, for MAC addresses and connections. */
  serial(): number {
    return ++this.#serial
  }

  stackNumber(): number {
    return ++this.#stacks
  }

  plug(station: Station): void {
    station.segment.plug(station)
    this.#stations.set(station.port, station)
    this.groups.join(station)
    this.#plugged.add(station.stack)
    this.readdressed(station.stack)
    this.touch()
  }

  stationOf(port: SegmentPort): Station | undefined {
    return this.#stations.get(port)
  }

  /** The port of a machine; made on first use. */
  portOf(machine: string, link: string): SegmentPort {
    const key = `${machine} ${link}`
    const known = this.#ports.get(key)
    if (known) return known
    const port: SegmentPort = new SegmentPort(() => {
      this.touch()
      this.#stations.get(port)?.stack.moved()
    })
    this.#ports.set(key, port)
    return port
  }

  linksOf(machine: string): readonly string[] {
    const own = `${machine} `
    return [...this.#ports.keys()].filter((key) => key.startsWith(own)).map((key) => key.slice(own.length))
  }

  hasPort(machine: string, link: string): boolean {
    return this.#ports.has(`${machine} ${link}`)
  }

  /** Who answers ARP for this address on a segment. */
  owner(segment: Segment, address: Ipv4, asker: SimStack): Station | undefined {
    return segment.owner(address, asker, this.#addressVersion)
  }

  rules(): readonly UnderlayRule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  /** Whether some rule has ever told packets apart by this port. */
  isNamed(port: number): boolean {
    let named = this.#named.get(port)
    if (named === undefined) {
      named = this.#namedRanges.some((range) => isInRange(port, range))
      this.#named.set(port, named)
    }
    return named
  }

  /** Ways are kept by what rules tell apart. Nodes restore the same arrays of rules: those are looked through once. */
  namePorts(chains: Chains): void {
    for (const name in chains) {
      const rules = chains[name] ?? []
      if (this.#looked.has(rules)) continue
      this.#looked.add(rules)
      for (const { match } of rules) this.#namePortsOf(match)
    }
  }

  #namePortsOf({ port, ports, notPorts, sourcePorts, notSourcePorts }: Rule['match']): void {
    if (port !== undefined) this.namePort(port)
    for (const range of ports ?? none) this.namePort(range)
    for (const range of notPorts ?? none) this.namePort(range)
    for (const range of sourcePorts ?? none) this.namePort(range)
    for (const range of notSourcePorts ?? none) this.namePort(range)
  }

  namePort(port: PortRange): void {
    if (typeof port === 'number') this.#named.set(port, true)
    else if (!this.#namedRanges.some((range) => isInRange(port[0], range) && isInRange(port[1], range))) {
      this.#namedRanges.push(port)
      for (const [each, named] of this.#named)
        if (!named && isInRange(each, port)) this.#named.set(each, true)
    }
  }

  addRule(rule: UnderlayRule): void {
    if (rule.port !== undefined) this.namePort(rule.port)
    const source = rule.source === undefined ? undefined : cidr(rule.source)
    const destination = rule.destination === undefined ? undefined : cidr(rule.destination)
    this.#rules = [...this.#rules.filter((r) => r.rule.name !== rule.name), { rule, source, destination }]
    this.touch()
  }

  removeRule(name: string): void {
    this.#rules = this.#rules.filter(({ rule }) => rule.name !== name)
    this.touch()
  }

  /** The first underlay rule that stops this packet. */
  stoppedBy(p: Packet): UnderlayRule | undefined {
    return this.#rules.find(
      ({ rule, source, destination }) =>
        (rule.protocol === undefined || rule.protocol === p.protocol) &&
        (rule.port === undefined || rule.port === p.port) &&
        (source === undefined || contains(source, p.source)) &&
        (destination === undefined || contains(destination, p.destination)) &&
        (rule.only === undefined || isOnly(rule.only, p)),
    )?.rule
  }
}

function isOnly(only: NonNullable<UnderlayRule['only']>, p: Packet): boolean {
  switch (only) {
    case 'fragments':
      return wireBytes(p) < p.sizeBytes
    case 'icmp-errors':
      return p.icmp !== undefined
    default:
      return p.icmp?.type === 3 && p.icmp.code === 4
  }
}
