import type { Random } from '#base/random.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'
import type { Ipv4 } from '#lab/network/address.ts'
import type { Tap } from '#lab/network/capture.ts'
import { Devices, type LinkState } from '#lab/network/devices.ts'
import type { Fabric } from '#lab/network/fabric.ts'
import type { IpSets } from '#lab/network/ip-sets.ts'
import type { Asked } from '#lab/network/matching.ts'
import { MomentChance } from '#lab/network/moment-chance.ts'
import { NeighbourTable } from '#lab/network/neighbour-table.ts'
import { Netfilter } from '#lab/network/netfilter.ts'
import type { Address, HostKernel } from '#lab/network/ports.ts'
import { RecentLists } from '#lab/network/recent.ts'
import { RouteTable } from '#lab/network/route-table.ts'
import { Sockets } from '#lab/network/sockets.ts'
import { Sysctls } from '#lab/network/sysctls.ts'

/** Where a namespace would send a packet. */
export type RoutingDecision =
  | { readonly kind: 'local' }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'blackhole'; readonly destination: string }
  | {
      readonly kind: 'link'
      readonly link: LinkState
      readonly nextHop: Ipv4
      readonly source: Ipv4 | undefined
    }

/** One network namespace as its kernel has it: what packets meet there, and who is told when that changes. */
export class SimStack implements Asked {
  readonly name: string
  /** Unlike the name never used twice in a lab. */
  readonly id: number
  readonly fabric: Fabric
  /** This namespace's own: for ports, and for rules that draw. */
  readonly random: Random
  readonly table: RouteTable
  readonly sockets: Sockets
  readonly recent: RecentLists
  readonly devices: Devices
  readonly netfilter: Netfilter
  readonly neighbourTable = new NeighbourTable()
  /** To be read; {@link setSysctl} tells those whom a change concerns. */
  readonly sysctls: Sysctls
  /** The kernel that it is part of. */
  hostKernel: HostKernel = { release: '5.15.0', says: () => {} }
  /** Moves with every destroy: what a kernel remembered of conversations ends there. */
  generation = 0
  /** New conversations that the full tracking table had no room for (`conntrack -S`). */
  conntrackDrops = 0
  /** Some packet has come through, or asked something here. */
  isMet = false
  /** Who looks at the packets on its devices; missing where nobody does. */
  taps: ReadonlySet<Tap> | undefined
  readonly #changed = new Notice()
  readonly #chance: MomentChance
  #version = 0

  constructor(fabric: Fabric, name: string) {
    this.fabric = fabric
    this.name = name
    this.id = fabric.stackNumber()
    this.random = fabric.random.fork(`${name} ${this.id}`)
    this.#chance = new MomentChance(this.random.between(0, 2 ** 32 - 1))
    const { tremors } = fabric
    this.table = new RouteTable(tremors)
    this.devices = new Devices(tremors)
    this.sysctls = new Sysctls(this.devices)
    this.netfilter = new Netfilter(fabric, {
      touch: () => this.touch(),
      release: () => this.hostKernel.release,
    })
    this.sockets = new Sockets(this)
    this.recent = new RecentLists(fabric.kernel)
    this.reset()
  }

  get ipSets(): IpSets {
    return this.netfilter.ipSets
  }

  link(name: string): LinkState | undefined {
    return this.devices.get(name)
  }

  isOn(link: string, address: Ipv4): boolean {
    return this.devices.isOn(link, address)
  }

  answersBy(source: Ipv4, link: string): boolean {
    const way = this.route(source)
    return way.kind === 'link' && way.link.name === link
  }

  isLocal(address: Ipv4): boolean {
    return this.devices.isLocal(address)
  }

  route(address: Ipv4): RoutingDecision {
    if (this.isLocal(address)) return { kind: 'local' }
    const found = this.table.find(address)
    if (this.fabric.surveyor.looks) this.fabric.surveyor.standOn(found)
    const { entry } = found
    if (!entry) return { kind: 'none' }
    const { route, via, source } = entry
    if (route.kind === 'blackhole') return { kind: 'blackhole', destination: route.destination }
    if (route.kind === 'unreachable') return { kind: 'unreachable' }
    const link = route.dev === undefined ? undefined : this.devices.get(route.dev)
    if (route.dev !== undefined) this.goesBy(route.dev)
    if (!link) return { kind: 'none' }
    return { kind: 'link', link, nextHop: via ?? address, source }
  }

  /** The address that this namespace sends from on a link; one of another link where that has none. */
  sourceFor(link: string | undefined): Ipv4 | undefined {
    return this.devices.sourceFor(link)
  }

  forwards(link: string): boolean {
    return this.sysctls.get(`net.ipv4.conf.${link}.forwarding`) === '1'
  }

  /** A number in [0, 1) by the chance of this moment's next packet. */
  drawNow(): number {
    return this.#chance.draw(this.fabric.kernel.nowMs)
  }

  /**
   * Moves with every change here that could change where a packet ends, but for routes, chains, sets and links that stand alone: ways
   * know which of those they met.
   */
  get version(): number {
    return this.#version
  }

  /** Something that packets meet here has changed. */
  touch(): void {
    this.#version++
    if (this.isMet) this.fabric.tremors.count++
    this.fabric.moved()
  }

  /** Links or addresses have changed. */
  moved(): void {
    this.devices.forgetLocal()
    this.touch()
    this.#changed.tell()
  }

  /** {@link moved} for one link; `alone` as it stood before, where it is gone. */
  movedLink(name: string, alone = this.devices.standsAlone(name)): void {
    if (!alone) {
      this.moved()
      return
    }
    this.devices.shake(name)
    this.fabric.moved()
    this.#changed.tell()
  }

  /** The way of the packet that is followed goes by this link, or would if it were there. */
  goesBy(name: string): void {
    if (this.fabric.surveyor.looks) this.fabric.surveyor.standOn(this.devices.footing(name))
  }

  /** Resolves at the next change of links, addresses or routes. */
  changed(by: Task): Promise<void> {
    return this.#changed.wait(by)
  }

  /** Routes have changed, and nothing else. */
  rerouted(): void {
    this.fabric.moved()
    this.#changed.tell()
  }

  /** A link goes, and with it the other end of its pair, which is told to its own namespace. */
  dropLink({ name, peer }: LinkState): void {
    this.#forgetLink(name)
    if (peer === undefined) return
    const alone = peer.stack.devices.standsAlone(peer.link.name)
    peer.stack.#forgetLink(peer.link.name)
    peer.stack.movedLink(peer.link.name, alone)
  }

  #forgetLink(name: string): void {
    if (this.devices.meetsOthers(name)) this.fabric.readdressed(this)
    this.devices.drop(name)
    this.table.removeOver(name)
    this.sysctls.forgetLink(name)
    this.neighbourTable.forgetLink(name)
  }

  /** A link comes up or goes down. */
  switched(name: string): void {
    if (this.devices.meetsOthers(name)) this.fabric.readdressed(this)
  }

  setAddresses(addresses: readonly Address[]): void {
    this.devices.addresses = addresses
    this.fabric.readdressed(this)
  }

  setSysctl(name: string, value: string): void {
    const link = this.sysctls.set(name, value)
    if (link === undefined || !this.devices.standsAlone(link)) this.touch()
    else {
      this.devices.shake(link)
      this.fabric.moved()
    }
  }

  /**
   * Empties the namespace; it could be furnished again. Pods' namespaces are destroyed by who made them.
   */
  destroy({ silent }: { readonly silent: boolean }): void {
    this.sockets.closeAll({ silent })
    for (const link of [...this.devices.all()]) this.dropLink(link)
    this.reset()
    this.moved()
  }

  /** A namespace as the kernel makes it: `lo`, down, and nothing else. */
  reset(): void {
    this.generation++
    this.devices.reset()
    this.sysctls.reset()
    this.table.clear()
    this.neighbourTable.clear()
    this.netfilter.clear()
    this.recent.clear()
  }
}
