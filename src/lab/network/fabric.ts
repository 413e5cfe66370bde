import type { Random } from '#base/random.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { type Cidr, cidr, contains, type Ipv4 } from '#lab/network/address.ts'
import type { Packet, Verdict } from '#lab/network/packet.ts'
import type { UnderlayPort, UnderlayRule } from '#lab/network/ports.ts'
import type { LinkState, SimStack } from '#lab/network/stack.ts'

/** One machine's plug in the segment. */
export interface Station {
  readonly machine: string
  readonly stack: SimStack
  readonly link: LinkState
  readonly port: SegmentPort
}

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
  readonly #stations = new Map<string, Station>()
  readonly #ports = new Map<string, SegmentPort>()
  #rules: readonly CompiledRule[] = []
  #version = 0
  #serial = 0
  #stacks = 0
  readonly #byAddress = new Map<Ipv4, Station>()
  readonly #kept = new Map<string, Verdict>()
  readonly #namedPorts = new Set<number>()

  constructor(kernel: Kernel, random: Random) {
    this.kernel = kernel
    this.random = random
    this.dryRandom = random.fork('dry')
  }

  /** Moves with every change that could change where a packet ends. */
  get version(): number {
    return this.#version
  }

  touch(): void {
    this.#version++
    this.#byAddress.clear()
    this.#kept.clear()
  }

  keptFirst(key: string): Verdict | undefined {
    return this.#kept.get(key)
  }

  keepFirst(key: string, verdict: Verdict): void {
    this.#kept.set(key, verdict)
  }

  /** A number that nobody else in this lab has, for MAC addresses and connections. */
  serial(): number {
    return ++this.#serial
  }

  stackNumber(): number {
    return ++this.#stacks
  }

  plug(station: Station): void {
    this.#stations.set(station.machine, station)
    this.touch()
  }

  /** The port of a machine; made on first use. */
  portOf(machine: string): SegmentPort {
    let port = this.#ports.get(machine)
    if (!port) {
      port = new SegmentPort(() => {
        this.touch()
        this.#stations.get(machine)?.stack.moved()
      })
      this.#ports.set(machine, port)
    }
    return port
  }

  hasPort(machine: string): boolean {
    return this.#ports.has(machine)
  }

  /** Who answers ARP for this address on the segment; with a duplicate address the machine that was attached first. */
  owner(address: Ipv4, asker: SimStack): Station | undefined {
    const kept = this.#byAddress.get(address)
    if (kept && kept.stack !== asker) return kept
    let found: Station | undefined
    for (const station of this.#stations.values()) {
      if (station.stack === asker || !isPlugged(station)) continue
      if (!station.stack.answersArp(station.link, address)) continue
      found = station
      break
    }
    if (found) this.#byAddress.set(address, found)
    return found
  }

  rules(): readonly UnderlayRule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  /** Whether some rule has ever told packets apart by this port. */
  isNamed(port: number): boolean {
    return this.#namedPorts.has(port)
  }

  namePort(port: number | undefined): void {
    if (port !== undefined) this.#namedPorts.add(port)
  }

  addRule(rule: UnderlayRule): void {
    this.namePort(rule.port)
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
        (destination === undefined || contains(destination, p.destination)),
    )?.rule
  }
}

/** A switch port: its state is carrier for the machine behind it. */
export class SegmentPort implements UnderlayPort {
  readonly #changed: () => void
  #up = true
  #mtuBytes = 9000

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get up(): boolean {
    return this.#up
  }

  set up(up: boolean) {
    if (up === this.#up) return
    this.#up = up
    this.#changed()
  }

  get mtuBytes(): number {
    return this.#mtuBytes
  }

  set mtuBytes(mtuBytes: number) {
    if (mtuBytes === this.#mtuBytes) return
    this.#mtuBytes = mtuBytes
    this.#changed()
  }
}

const isPlugged = ({ stack, link, port }: Station): boolean =>
  port.up && link.up && stack.link(link.name) === link
