import type { Random } from '#base/random.ts'
import type { Credentials } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'
import { type Cidr, cidr, type Ipv4, ipv4 } from '#lab/network/address.ts'
import { ChainSet, type Chains } from '#lab/network/chains.ts'
import { applyChange } from '#lab/network/changes.ts'
import type { Fabric, SegmentPort } from '#lab/network/fabric.ts'
import type {
  Address,
  Connection,
  Hop,
  Link,
  Listener,
  Net,
  NetChange,
  NetStack,
  ProbeOutcome,
  Route,
  Table,
} from '#lab/network/ports.ts'
import { type ProbeQuestion, probed, traced } from '#lab/network/probe.ts'
import { RouteTable } from '#lab/network/route-table.ts'
import { Sockets } from '#lab/network/sockets.ts'
import { defaultSysctl } from '#lab/network/sysctl-defaults.ts'
import { StackView } from '#lab/network/view.ts'
import { isLoopback } from '#lab/network/walk.ts'

/** A network device. `peer` for veth, `port` for what is plugged in the segment. */
export interface LinkState {
  readonly name: string
  readonly kind: Link['kind']
  readonly mac: string
  readonly index: number
  up: boolean
  mtuBytes: number
  peer: { readonly stack: SimStack; readonly link: LinkState } | undefined
  port: SegmentPort | undefined
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
export class SimStack implements NetStack {
  readonly name: string
  /** Unlike the name never used twice in a lab. */
  readonly id: number
  readonly fabric: Fabric
  /** This namespace's own: for ports, and for rules that draw. */
  readonly random: Random
  readonly table = new RouteTable()
  readonly filterChains = new ChainSet()
  readonly natChains = new ChainSet()
  readonly sockets: Sockets
  readonly filter: Table
  readonly nat: Table
  compiledSets: ReadonlyMap<string, readonly Cidr[]> = new Map()
  /** Moves with every destroy: what a kernel remembered of conversations ends there. */
  generation = 0
  readonly #links = new Map<string, LinkState>()
  readonly #sysctls = new Map<string, string>()
  readonly #changed = new Notice()
  #addresses: readonly Address[] = []
  #lastIndex = 1
  #sets: Readonly<Record<string, readonly string[]>> = {}
  #local: ReadonlySet<Ipv4> | undefined

  constructor(fabric: Fabric, name: string) {
    this.fabric = fabric
    this.name = name
    this.id = fabric.stackNumber()
    this.random = fabric.random.fork(`${name} ${this.id}`)
    this.sockets = new Sockets(this)
    this.filter = tableOf(this.filterChains, fabric)
    this.nat = tableOf(this.natChains, fabric)
    this.reset()
  }

  // ------------------------------------------------------------------------------- what the walk asks

  link(name: string): LinkState | undefined {
    return this.#links.get(name)
  }

  isLocal(address: Ipv4): boolean {
    this.#local ??= new Set(
      this.#addresses.filter(({ link }) => this.#links.get(link)?.up).map(({ address: a }) => ipv4(a)),
    )
    return this.#local.has(address) || (isLoopback(address) && this.#links.get('lo')?.up === true)
  }

  route(address: Ipv4): Way {
    if (this.isLocal(address)) return { kind: 'local' }
    const entry = this.table.lookup(address)
    if (!entry) return { kind: 'none' }
    const { route, via, source } = entry
    if (route.kind === 'blackhole') return { kind: 'blackhole', destination: route.destination }
    if (route.kind === 'unreachable') return { kind: 'unreachable' }
    const link = route.dev === undefined ? undefined : this.#links.get(route.dev)
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
    if (this.#sysctls.get(`net.ipv4.conf.${link.name}.proxy_arp`) !== '1') return false
    const way = this.route(address)
    return way.kind === 'link' && way.link !== link && this.forwards(link.name)
  }

  // ---------------------------------------------------------------------------- what changes.ts moves

  /** Links, addresses or routes have changed. */
  moved(): void {
    this.#local = undefined
    this.fabric.touch()
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
    this.#links.delete(name)
    this.#addresses = this.#addresses.filter((a) => a.link !== name)
    this.table.removeWhere((route) => route.dev === name)
    for (const key of [...this.#sysctls.keys()]) if (key.includes(`.${name}.`)) this.#sysctls.delete(key)
  }

  setAddresses(addresses: readonly Address[]): void {
    this.#addresses = addresses
    this.#local = undefined
  }

  setSysctl(name: string, value: string): void {
    // The switch for all interfaces sets each of them (kernel Documentation/networking/ip-sysctl.rst).
    if (name === 'net.ipv4.ip_forward' || name === 'net.ipv4.conf.all.forwarding') {
      for (const key of [...this.#sysctls.keys()]) if (key.endsWith('.forwarding')) this.#sysctls.delete(key)
      this.#sysctls.set('net.ipv4.ip_forward', value)
    } else this.#sysctls.set(name, value)
    this.fabric.touch()
  }

  // --------------------------------------------------------------------------------------------- Net

  links(): readonly Link[] {
    return [...this.#links.values()].map((link) => ({
      name: link.name,
      kind: link.kind,
      up: link.up,
      carrier: hasCarrier(link),
      mtuBytes: link.mtuBytes,
      mac: link.mac,
    }))
  }

  addresses(): readonly Address[] {
    return this.#addresses
  }

  routes(): readonly Route[] {
    return this.table.list()
  }

  sysctl(name: string): string | undefined {
    const own = this.#sysctls.get(name)
    if (own !== undefined) return own
    if (/^net\.ipv4\.conf\.[^.]+\.forwarding$/.test(name)) return this.#sysctls.get('net.ipv4.ip_forward')
    return defaultSysctl(name, (link) => this.#links.has(link))
  }

  /** Every sysctl that was set here, by name. */
  sysctls(): readonly (readonly [string, string])[] {
    return [...this.#sysctls].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  async apply(changes: readonly NetChange[]): Promise<void> {
    for (const change of changes) applyChange(this, change)
  }

  async setMembers(name: string, members: readonly string[]): Promise<void> {
    const compiled = members.map(cidr)
    this.#sets = { ...this.#sets, [name]: [...members] }
    this.compiledSets = new Map([...this.compiledSets, [name, compiled]])
    this.fabric.touch()
  }

  sets(): Readonly<Record<string, readonly string[]>> {
    return this.#sets
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

  async listen(at: { address?: string; port: number }, accept: (c: Connection) => void): Promise<Listener> {
    return this.sockets.listen(at, accept)
  }

  listeners(): readonly { readonly address: string; readonly port: number }[] {
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

  // ---------------------------------------------------------------------------------------- NetStack

  view(o: { readonly credentials: Credentials; readonly task: Task }): Net {
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
      peer.stack.dropLink(peer.link.name)
      peer.stack.moved()
    }
    this.reset()
    this.moved()
  }

  /** A namespace as the kernel makes it: `lo`, down, and nothing else. */
  reset(): void {
    this.generation++
    this.#links.clear()
    this.#sysctls.clear()
    this.#sysctls.set('net.ipv4.ip_forward', '0')
    this.table.clear()
    this.filterChains.clear()
    this.natChains.clear()
    this.compiledSets = new Map()
    this.#sets = {}
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
      peer: undefined,
      port: undefined,
    })
  }
}

const tableOf = (chains: ChainSet, fabric: Fabric): Table => ({
  restore: async (changes: Chains) => {
    chains.restore(changes)
    for (const rules of Object.values(changes)) for (const { match } of rules) fabric.namePort(match.port)
    fabric.touch()
  },
  chains: () => chains.chains(),
})

export const hasCarrier = (link: LinkState): boolean => {
  if (!link.up) return false
  if (link.kind === 'veth') return link.peer?.link.up ?? false
  return link.kind !== 'ether' || (link.port?.up ?? false)
}
