import type { Random } from '#base/random.ts'
import type { Credentials } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'
import { type Ipv4, isLoopback } from '#lab/network/address.ts'
import type { Tap } from '#lab/network/capture.ts'
import { applyChange } from '#lab/network/changes.ts'
import { Devices, type LinkState } from '#lab/network/devices.ts'
import type { Fabric } from '#lab/network/fabric.ts'
import type { IpSets } from '#lab/network/ip-sets.ts'
import type { Asked } from '#lab/network/matching.ts'
import { MomentChance } from '#lab/network/moment-chance.ts'
import { NeighbourTable } from '#lab/network/neighbour-table.ts'
import { Netfilter } from '#lab/network/netfilter.ts'
import type { Packet } from '#lab/network/packet.ts'
import { martianLine } from '#lab/network/packet-lines.ts'
import type {
  Address,
  Connection,
  Hop,
  KeepAlive,
  KernelModules,
  Link,
  Listener,
  Net,
  NetChange,
  NetStack,
  ProbeOutcome,
  Route,
  SetMaker,
  SocketHolder,
  Table,
  Tables,
} from '#lab/network/ports.ts'
import { type ProbeQuestion, probed, traced } from '#lab/network/probe.ts'
import { RecentLists } from '#lab/network/recent.ts'
import { RouteTable } from '#lab/network/route-table.ts'
import { Sockets } from '#lab/network/sockets.ts'
import { Sysctls } from '#lab/network/sysctls.ts'
import { StackView } from '#lab/network/view.ts'

/** Where a namespace would send a packet. */
export type Way =
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

/** One network namespace as data. */
export class SimStack implements NetStack, Asked {
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
  /** Told what the kernel writes to its ring buffer (`dmesg`). */
  onKernelMessage: (text: string) => void = () => {}
  modules?: KernelModules
  /** Moves with every destroy: what a kernel remembered of conversations ends there. */
  generation = 0
  /** New conversations that the full tracking table had no room for (`conntrack -S`). */
  conntrackDrops = 0
  /** Some packet has come through, or asked something here. */
  isMet = false
  /** Who looks at the packets on its devices; missing where nobody does. */
  taps: ReadonlySet<Tap> | undefined
  readonly #sysctls: Sysctls
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
    this.#sysctls = new Sysctls(this.devices)
    this.netfilter = new Netfilter(fabric, () => this.touch())
    this.sockets = new Sockets(this)
    this.recent = new RecentLists(fabric.kernel)
    this.reset()
  }

  // What the walk of a packet asks.

  get ipSets(): IpSets {
    return this.netfilter.ipSets
  }

  link(name: string): LinkState | undefined {
    return this.devices.get(name)
  }

  /** The first tunnel device that takes a packet of this kind off the wire. */
  tunnelFor(kind: 'ipip' | 'vxlan', fits: (link: LinkState) => boolean): LinkState | undefined {
    for (const link of this.devices.all()) if (link.kind === kind && link.up && fits(link)) return link
    return undefined
  }

  isOn(link: string, address: Ipv4): boolean {
    return this.devices.isOn(link, address)
  }

  answersBy(source: Ipv4, link: string): boolean {
    const way = this.route(source)
    return way.kind === 'link' && way.link.name === link
  }

  /**
   * Whether reverse path filtering lets a source in on a link: 1 wants the way back over the same link, 2 any way. The
   * larger of the link's and the general setting counts (kernel Documentation/networking/ip-sysctl.rst).
   */
  admits(source: Ipv4, link: string): boolean {
    const mode = Math.max(
      Number(this.#sysctls.own(`net.ipv4.conf.${link}.rp_filter`) ?? 0),
      Number(this.#sysctls.own('net.ipv4.conf.all.rp_filter') ?? 0),
    )
    if (mode === 0) return true
    const way = this.route(source)
    if (way.kind !== 'link') return false
    return mode !== 1 || way.link.name === link
  }

  isLocal(address: Ipv4): boolean {
    return this.devices.isLocal(address)
  }

  route(address: Ipv4): Way {
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
    return this.sysctl(`net.ipv4.conf.${link}.forwarding`) === '1'
  }

  /** arp_ignore 0: for any own address; for others where proxy ARP is on and the way there leads over another link. */
  answersArp(link: LinkState, address: Ipv4): boolean {
    if (this.isLocal(address) && !isLoopback(address)) return true
    if (this.#sysctls.own(`net.ipv4.conf.${link.name}.proxy_arp`) !== '1') return false
    const way = this.route(address)
    return way.kind === 'link' && way.link !== link && this.forwards(link.name)
  }

  /** Whether it may answer ARP on a link for addresses that are not its own. */
  answersForOthers(link: LinkState): boolean {
    return this.#sysctls.own(`net.ipv4.conf.${link.name}.proxy_arp`) === '1'
  }

  /** What nf_conntrack_max was set to here; undefined while it is the kernel's own, which nothing in a lab reaches. */
  get conntrackLimit(): number | undefined {
    const set = this.#sysctls.own('net.netfilter.nf_conntrack_max')
    return set === undefined ? undefined : Number(set)
  }

  /**
   * Conversations that this host tracks: those of its own sockets and of the pods behind its veth pairs. Not imitated:
   * entries of conversations that have ended (they stay up to 120 s), and of those that a router only passes on.
   */
  conntrackCount(): number {
    let count = this.sockets.size
    for (const { peer } of this.devices.all()) if (peer) count += peer.stack.sockets.size
    return count
  }

  /** Whether the neighbour table takes one more next hop: a limit that nobody has set is never met here. */
  resolves(link: LinkState, nextHop: Ipv4): boolean {
    const limit = this.#neighbourLimit
    if (limit === undefined) return true
    const { nowMs } = this.fabric.kernel
    const taken = this.neighbourTable.takes({ link: link.name, nextHop, limit: Number(limit) }, nowMs)
    if (!taken) this.onKernelMessage('neighbour: arp_cache: neighbor table overflow!')
    return taken
  }

  get limitsNeighbours(): boolean {
    return this.#neighbourLimit !== undefined
  }

  get #neighbourLimit(): string | undefined {
    return this.#sysctls.own('net.ipv4.neigh.default.gc_thresh3')
  }

  /** A number in [0, 1) by the chance of this moment's next packet. */
  drawNow(): number {
    return this.#chance.draw(this.fabric.kernel.nowMs)
  }

  /** A packet's source cannot come from that link. */
  martian(p: Packet, link: string): void {
    if (this.sysctl('net.ipv4.conf.all.log_martians') === '1') this.onKernelMessage(martianLine(p, link))
  }

  // What moves with changes.

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

  /** Routes have changed, and nothing else. */
  rerouted(): void {
    this.fabric.moved()
    this.#changed.tell()
  }

  dropLink(name: string): void {
    if (this.devices.meetsOthers(name)) this.fabric.readdressed(this)
    this.devices.drop(name)
    this.table.removeOver(name)
    this.#sysctls.forgetLink(name)
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
    const link = this.#sysctls.set(name, value)
    if (link === undefined || !this.devices.standsAlone(link)) this.touch()
    else {
      this.devices.shake(link)
      this.fabric.moved()
    }
  }

  // As programs see it.

  get filter(): Table {
    return this.netfilter.tables.filter
  }

  get nat(): Table {
    return this.netfilter.tables.nat
  }

  get raw(): Table {
    return this.netfilter.tables.raw
  }

  get mangle(): Table {
    return this.netfilter.tables.mangle
  }

  get legacy(): Tables {
    return this.netfilter.legacyTables
  }

  links(): readonly Link[] {
    return this.devices.shown()
  }

  hasLink(name: string): boolean {
    return this.devices.has(name)
  }

  neighbours(): ReturnType<Net['neighbours']> {
    return this.neighbourTable.list()
  }

  fdb(): ReturnType<Net['fdb']> {
    return this.neighbourTable.fdb()
  }

  addresses(): readonly Address[] {
    return this.devices.addresses
  }

  routes(): readonly Route[] {
    return this.table.list()
  }

  sysctl(name: string): string | undefined {
    if (name === 'net.netfilter.nf_conntrack_count') return String(this.conntrackCount())
    return this.#sysctls.get(name)
  }

  /** Every sysctl that was set here, by name. */
  sysctls(): readonly (readonly [string, string])[] {
    return this.#sysctls.list()
  }

  async apply(changes: readonly NetChange[]): Promise<void> {
    for (const change of changes) applyChange(this, change)
  }

  async setMembers(name: string, members: readonly string[], by = usualMaker): Promise<void> {
    this.netfilter.setMembers(name, members, by)
  }

  async swapSets(name: string, other: string): Promise<void> {
    this.netfilter.swapSets(name, other)
  }

  async removeSet(name: string): Promise<void> {
    this.netfilter.removeSet(name)
  }

  sets(): ReturnType<Net['sets']> {
    return this.ipSets.list()
  }

  setKind(name: string): ReturnType<Net['setKind']> {
    return this.ipSets.kind(name)
  }

  changed(by: Task): Promise<void> {
    return this.#changed.wait(by)
  }

  connect(
    by: Task,
    to: { address: string; port: number },
    o?: { from?: string; timeoutMs?: number; keepAlive?: KeepAlive },
  ): Promise<Connection> {
    return this.sockets.connect(by, to, o)
  }

  async listen(
    at: { address?: string; port: number; certificate?: string; keepAlive?: KeepAlive },
    accept: (c: Connection) => void,
  ): Promise<Listener> {
    return this.sockets.listen(at, accept)
  }

  listeners(): ReturnType<Net['listeners']> {
    return this.sockets.listening()
  }

  connections(): readonly { readonly local: string; readonly remote: string; readonly state: string }[] {
    return this.sockets.connections()
  }

  probe(by: Task, p: ProbeQuestion): Promise<ProbeOutcome> {
    return probed(this, by, p)
  }

  trace(p: { to: string; protocol: 'icmp' | 'tcp'; port?: number }): readonly Hop[] {
    return traced(this, p)
  }

  get kernelRelease(): string {
    return this.netfilter.kernelRelease
  }

  set kernelRelease(release: string) {
    this.netfilter.kernelRelease = release
  }

  view(o: { readonly credentials: Credentials; readonly task: Task; readonly holder?: SocketHolder }): Net {
    return new StackView(this, o)
  }

  /**
   * Empties the namespace; it could be furnished again. Pods' namespaces are destroyed by who made them.
   */
  destroy({ silent }: { readonly silent: boolean }): void {
    this.sockets.closeAll({ silent })
    for (const link of [...this.devices.all()]) {
      const { peer } = link
      this.dropLink(link.name)
      if (!peer) continue
      const alone = peer.stack.devices.standsAlone(peer.link.name)
      peer.stack.dropLink(peer.link.name)
      peer.stack.movedLink(peer.link.name, alone)
    }
    this.reset()
    this.moved()
  }

  /** A namespace as the kernel makes it: `lo`, down, and nothing else. */
  reset(): void {
    this.generation++
    this.devices.reset()
    this.#sysctls.reset()
    this.table.clear()
    this.neighbourTable.clear()
    this.netfilter.clear()
    this.recent.clear()
  }
}

/** Where nobody says otherwise. */
const usualMaker: SetMaker = { version: '7.15' }
