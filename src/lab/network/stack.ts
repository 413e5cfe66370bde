import type { Random } from '#base/random.ts'
import type { Credentials } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'
import { type Ipv4, ipv4, ipv4Text, isLoopback } from '#lab/network/address.ts'
import type { Tap } from '#lab/network/capture.ts'
import type { ChainSet, Chains } from '#lab/network/chains.ts'
import { applyChange } from '#lab/network/changes.ts'
import type { Fabric } from '#lab/network/fabric.ts'
import { Footings } from '#lab/network/ground.ts'
import { IpSets } from '#lab/network/ip-sets.ts'
import { type TableHome, type TableName, tablesOf } from '#lab/network/kernel-table.ts'
import { type ChainSets, chainSets, LegacyTables } from '#lab/network/legacy-tables.ts'
import type { Asked } from '#lab/network/matching.ts'
import { MomentChance } from '#lab/network/moment-chance.ts'
import { NeighbourTable } from '#lab/network/neighbour-table.ts'
import type { Packet } from '#lab/network/packet.ts'
import type {
  Address,
  Connection,
  Hop,
  KernelModules,
  Link,
  Listener,
  Net,
  NetChange,
  NetStack,
  ProbeOutcome,
  Route,
  SocketHolder,
  Table,
  Tables,
  Tunnel,
} from '#lab/network/ports.ts'
import { type ProbeQuestion, probed, traced } from '#lab/network/probe.ts'
import { RecentLists } from '#lab/network/recent.ts'
import { RouteTable } from '#lab/network/route-table.ts'
import type { SegmentPort } from '#lab/network/segment-port.ts'
import { ShownLinks } from '#lab/network/shown-links.ts'
import { Sockets } from '#lab/network/sockets.ts'
import { Sysctls } from '#lab/network/sysctls.ts'
import { StackView } from '#lab/network/view.ts'

/** A network device. `peer` for veth, `port` for what is plugged in the segment. */
export interface LinkState {
  readonly name: string
  readonly kind: Link['kind']
  mac: string
  readonly index: number
  up: boolean
  mtuBytes: number
  /** For ipip and vxlan. */
  tunnel: Tunnel | undefined
  peer: { readonly stack: SimStack; readonly link: LinkState } | undefined
  port: SegmentPort | undefined
  /** What programs were shown of it last. */
  shown: Link | undefined
}

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
export class SimStack implements NetStack, Asked, TableHome {
  readonly name: string
  /** Unlike the name never used twice in a lab. */
  readonly id: number
  readonly fabric: Fabric
  /** This namespace's own: for ports, and for rules that draw. */
  readonly random: Random
  readonly table: RouteTable
  readonly sockets: Sockets
  readonly recent: RecentLists
  readonly ipSets: IpSets
  readonly neighbourTable = new NeighbourTable()
  /** Of the links that stand alone: see {@link standsAlone}. */
  readonly #linkFootings: Footings<string>
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
  readonly #chains: ChainSets
  readonly #legacy: LegacyTables
  #tables: Tables | undefined
  #legacyTables: Tables | undefined
  readonly #links = new Map<string, LinkState>()
  readonly #shownLinks = new ShownLinks()
  readonly #sysctls = new Sysctls(this.#links)
  readonly #changed = new Notice()
  readonly #chance: MomentChance
  #addresses: readonly Address[] = []
  #lastIndex = 1
  #version = 0
  #local: ReadonlySet<Ipv4> | undefined

  constructor(fabric: Fabric, name: string) {
    this.fabric = fabric
    this.name = name
    this.id = fabric.stackNumber()
    this.random = fabric.random.fork(`${name} ${this.id}`)
    this.#chance = new MomentChance(this.random.between(0, 2 ** 32 - 1))
    const { tremors } = fabric
    this.table = new RouteTable(tremors)
    this.ipSets = new IpSets(tremors)
    this.#linkFootings = new Footings(tremors)
    this.#chains = chainSets(tremors)
    this.#legacy = new LegacyTables(tremors, (chains) => this.#written(chains))
    this.sockets = new Sockets(this)
    this.recent = new RecentLists(fabric.kernel)
    this.reset()
  }

  get filter(): Table {
    return this.#kernelTables.filter
  }

  get nat(): Table {
    return this.#kernelTables.nat
  }

  get raw(): Table {
    return this.#kernelTables.raw
  }

  get mangle(): Table {
    return this.#kernelTables.mangle
  }

  get #kernelTables(): Tables {
    this.#tables ??= tablesOf(this)
    return this.#tables
  }

  get legacy(): Tables {
    this.#legacyTables ??= tablesOf(this.#legacy)
    return this.#legacyTables
  }

  // ------------------------------------------------------------------------------- what the walk asks

  chainsOf(table: TableName): ChainSet {
    return this.#chains[table]
  }

  /** Of iptables' old back-end; undefined as long as nobody has used it. */
  legacyChainsOf(table: TableName): ChainSet | undefined {
    return this.#legacy.chainsOf(table)
  }

  link(name: string): LinkState | undefined {
    return this.#links.get(name)
  }

  /** The first tunnel device that takes a packet of this kind off the wire. */
  tunnelFor(kind: 'ipip' | 'vxlan', fits: (link: LinkState) => boolean): LinkState | undefined {
    for (const link of this.#links.values()) if (link.kind === kind && link.up && fits(link)) return link
    return undefined
  }

  isOn(link: string, address: Ipv4): boolean {
    return this.#addresses.some((each) => each.link === link && ipv4(each.address) === address)
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
    this.#local ??= new Set(
      this.#addresses.filter(({ link }) => this.#links.get(link)?.up).map(({ address: a }) => ipv4(a)),
    )
    return this.#local.has(address) || (isLoopback(address) && this.#links.get('lo')?.up === true)
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
    const link = route.dev === undefined ? undefined : this.#links.get(route.dev)
    if (route.dev !== undefined) this.goesBy(route.dev)
    if (!link) return { kind: 'none' }
    return { kind: 'link', link, nextHop: via ?? address, source }
  }

  /** The address that this namespace sends from on a link; one of another link where that has none. */
  sourceFor(link: string | undefined): Ipv4 | undefined {
    const global = this.#addresses.filter(
      ({ scope, link: l }) => scope === 'global' && this.#links.get(l)?.up,
    )
    const best = global.find((a) => a.link === link) ?? global[0]
    return best === undefined ? undefined : ipv4(best.address)
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
    for (const { peer } of this.#links.values()) if (peer) count += peer.stack.sockets.size
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

  /** A source that cannot come from there, in the kernel's words (net/ipv4/route.c: ip_handle_martian_source). */
  martian(p: Packet, link: string): void {
    if (this.sysctl('net.ipv4.conf.all.log_martians') !== '1') return
    this.onKernelMessage(
      `IPv4: martian source ${ipv4Text(p.destination)} from ${ipv4Text(p.source)}, on dev ${link}`,
    )
  }

  /** A `LOG` target (`-j LOG --log-prefix`) as the kernel writes it, without the fields that the lab has not. */
  logPacket(
    prefix: string,
    p: Packet,
    at: { readonly in?: string | undefined; readonly out?: string | undefined },
  ): void {
    const ends = `SRC=${ipv4Text(p.source)} DST=${ipv4Text(p.destination)} LEN=${p.sizeBytes}`
    const ports = p.protocol === 'tcp' || p.protocol === 'udp' ? ` SPT=${p.sourcePort} DPT=${p.port}` : ''
    this.onKernelMessage(
      `${prefix}: IN=${at.in ?? ''} OUT=${at.out ?? ''} ${ends} TOS=0x00 PREC=0x00 TTL=63 ID=0 DF PROTO=${p.protocol.toUpperCase()}${ports}`,
    )
  }

  // ---------------------------------------------------------------------------- what changes.ts moves

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
    this.#local = undefined
    this.touch()
    this.#changed.tell()
  }

  /** {@link moved} for one link; `alone` as it stood before, where it is gone. */
  movedLink(name: string, alone = this.standsAlone(name)): void {
    if (!alone) {
      this.moved()
      return
    }
    this.#linkFootings.shake(name)
    this.fabric.moved()
    this.#changed.tell()
  }

  /** Whether only packets that go by a link meet what changes about it: a pair to another namespace, without an address here, as pods have. */
  standsAlone(name: string): boolean {
    return this.#links.get(name)?.kind === 'veth' && !this.#addresses.some(({ link }) => link === name)
  }

  /** The way of the packet that is followed goes by this link, or would if it were there. */
  goesBy(name: string): void {
    if (this.fabric.surveyor.looks) this.fabric.surveyor.standOn(this.#linkFootings.of(name))
  }

  /** Routes have changed, and nothing else. */
  rerouted(): void {
    this.fabric.moved()
    this.#changed.tell()
  }

  /** The next device's number: 1 is `lo`. */
  nextIndex(): number {
    return ++this.#lastIndex
  }

  addLink(link: LinkState): void {
    this.#links.set(link.name, link)
  }

  dropLink(name: string): void {
    if (this.#meetsOthers(name)) this.fabric.readdressed(this)
    this.#links.delete(name)
    this.#addresses = this.#addresses.filter((a) => a.link !== name)
    this.table.removeOver(name)
    this.#sysctls.forgetLink(name)
    this.neighbourTable.forgetLink(name)
  }

  /** A link comes up or goes down. */
  switched(name: string): void {
    if (this.#meetsOthers(name)) this.fabric.readdressed(this)
  }

  /** Whether others could hear ARP answered by this link, or for an address of it: pods' ends have none. */
  #meetsOthers(name: string): boolean {
    return this.#links.get(name)?.kind === 'ether' || this.#addresses.some(({ link }) => link === name)
  }

  setAddresses(addresses: readonly Address[]): void {
    this.#addresses = addresses
    this.#local = undefined
    this.fabric.readdressed(this)
  }

  setSysctl(name: string, value: string): void {
    const link = this.#sysctls.set(name, value)
    if (link === undefined || !this.standsAlone(link)) this.touch()
    else {
      this.#linkFootings.shake(link)
      this.fabric.moved()
    }
  }

  // --------------------------------------------------------------------------------------------- Net

  links(): readonly Link[] {
    return this.#shownLinks.of(this.#links)
  }

  hasLink(name: string): boolean {
    return this.#links.has(name)
  }

  neighbours(): ReturnType<Net['neighbours']> {
    return this.neighbourTable.list()
  }

  fdb(): ReturnType<Net['fdb']> {
    return this.neighbourTable.fdb()
  }

  addresses(): readonly Address[] {
    return this.#addresses
  }

  routes(): readonly Route[] {
    return this.table.list()
  }

  sysctl(name: string): string | undefined {
    return this.#sysctls.get(name)
  }

  /** Every sysctl that was set here, by name. */
  sysctls(): readonly (readonly [string, string])[] {
    return this.#sysctls.list()
  }

  async apply(changes: readonly NetChange[]): Promise<void> {
    for (const change of changes) applyChange(this, change)
  }

  async setMembers(name: string, members: readonly string[]): Promise<void> {
    const { ports } = this.ipSets.set(name, members)
    for (const port of ports) this.fabric.namePort(port)
    this.fabric.moved()
  }

  async removeSet(name: string): Promise<void> {
    this.ipSets.remove(name, [...Object.values(this.#chains), ...this.#legacy.all()])
    this.fabric.moved()
  }

  sets(): ReturnType<Net['sets']> {
    return this.ipSets.list()
  }

  changed(by: Task): Promise<void> {
    return this.#changed.wait(by)
  }

  connect(
    by: Task,
    to: { address: string; port: number },
    o?: { from?: string; timeoutMs?: number },
  ): Promise<Connection> {
    return this.sockets.connect(by, to, o)
  }

  async listen(
    at: { address?: string; port: number; certificate?: string },
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

  /** {@link Table.restore}, at once. Throws EINVAL. */
  restore(table: TableName, chains: Chains): void {
    this.#chains[table].restore(chains)
    this.fabric.namePorts(chains)
    this.fabric.moved()
  }

  use(table: TableName): ChainSet {
    return this.#chains[table]
  }

  written(): void {
    this.touch()
  }

  /** Of the old back-end, which a way may not have met at all. */
  #written(chains: Chains): void {
    this.fabric.namePorts(chains)
    this.touch()
  }

  // ---------------------------------------------------------------------------------------- NetStack

  view(o: { readonly credentials: Credentials; readonly task: Task; readonly holder?: SocketHolder }): Net {
    return new StackView(this, o)
  }

  /**
   * Empties the namespace; it could be furnished again. Pods' namespaces are destroyed by who made them.
   */
  destroy({ silent }: { readonly silent: boolean }): void {
    this.sockets.closeAll({ silent })
    for (const link of [...this.#links.values()]) {
      const { peer } = link
      this.dropLink(link.name)
      if (!peer) continue
      const alone = peer.stack.standsAlone(peer.link.name)
      peer.stack.dropLink(peer.link.name)
      peer.stack.movedLink(peer.link.name, alone)
    }
    this.reset()
    this.moved()
  }

  /** A namespace as the kernel makes it: `lo`, down, and nothing else. */
  reset(): void {
    this.generation++
    this.#links.clear()
    this.#sysctls.reset()
    this.table.clear()
    this.neighbourTable.clear()
    for (const chains of Object.values(this.#chains)) chains.clear()
    this.#legacy.clear()
    this.recent.clear()
    this.ipSets.clear()
    this.#linkFootings.shakeAll()
    this.#addresses = []
    this.#local = undefined
    this.#lastIndex = 1
    this.addLink({
      name: 'lo',
      kind: 'loopback',
      mac: '00:00:00:00:00:00',
      index: 1,
      up: false,
      mtuBytes: 65536,
      tunnel: undefined,
      peer: undefined,
      port: undefined,
      shown: undefined,
    })
  }
}
