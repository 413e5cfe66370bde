import { listChange } from '#base/list-change.ts'
import type { Config, ProtocolConfig } from '#lab/calico/bird/config/model.ts'
import { showPrefix, toPrefix } from '#lab/calico/bird/prefix.ts'
import { equalConfig } from '#lab/calico/bird/protocols/equal.ts'
import { Protocol } from '#lab/calico/bird/protocols/protocol.ts'
import type { BirdRoute } from '#lab/calico/bird/route.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { NetChange, Route } from '#lab/network/ports.ts'

/**
 * Keeps the machine's routes and the table in step (`bird:sysdep/unix/krt.c`, `bird:sysdep/linux/netlink.c`): learns
 * foreign routes, writes its own as `proto bird`, leaves them when it dies (`persist`). A change on the machine is
 * answered at the next tick of `scan time`; ticks at which nothing changed are skipped, which nobody can see.
 * Not imitated: removing its routes at the end without `persist`, `merge paths` (ECMP), other kernel tables.
 */
export class KernelProtocol extends Protocol {
  #writing = false
  #again = false
  #dirty = false
  /** Networks whose best route changed since the last round. */
  #touched = new Set<string>()
  #compareAll = true
  /** This daemon's routes on the machine, as it knows them. */
  #installed = new Map<string, Route>()
  #startedMs = 0
  /** The machine's routes when it looked last, and under which configuration. */
  #learned: Learned | undefined

  protected start(): 'up' {
    this.#learned = undefined
    this.#startedMs = this.daemon.process.monotonic()
    if (this.recovering && this.config.gracefulRestart) this.waiting = true
    this.daemon.soon(() => this.learn())
    return 'up'
  }

  protected shutdown(): 'down' {
    return 'down'
  }

  protected adopt(config: ProtocolConfig): boolean {
    return equalConfig(config, this.config, ['learn', 'persist', 'gracefulRestart'])
  }

  override get exportedCount(): number {
    return this.#installed.size
  }

  override announce(net: string): void {
    this.#touched.add(net)
    this.#write()
  }

  /** Everything has been announced once; what is left on the machine from before is looked at, too. */
  protected override fed(): void {
    this.#compareAll = true
    this.#write()
  }

  /** Something changed on the machine: learn now, repair at the next tick. */
  changed(): void {
    if (this.state !== 'up') return
    this.learn()
    const period = this.config.scanSeconds * 1000
    const passed = this.daemon.process.monotonic() - this.#startedMs
    const wait = period - (passed % period)
    if (this.#dirty) return
    this.#dirty = true
    this.daemon.process.task.after(wait, () => {
      this.#dirty = false
      this.#compareAll = true
      this.daemon.turn(() => this.#write())
    })
  }

  /** Looks at what has changed among the machine's routes since it looked last. */
  learn(): void {
    if (this.state !== 'up' || !this.config.learn) return
    const routes = this.daemon.process.net.routes()
    const { config, daemon } = this
    const last = this.#learned
    this.#learned = { config, of: daemon.config, routes }
    if (last?.config !== config || last.of !== daemon.config) this.#learnAll(routes)
    else if (last.routes !== routes) this.#learnChanged(last.routes, routes)
  }

  #learnAll(routes: readonly Route[]): void {
    const wanted = new Map<string, Route>()
    for (const route of routes) if (isForeign(route)) wanted.set(netOf(route), route)
    this.#forget((net) => !wanted.has(net))
    for (const [net, route] of wanted) this.#take(net, route)
  }

  /** Routes to one network stand together in the list: of several the last one counts, whether it has changed or not. */
  #learnChanged(before: readonly Route[], now: readonly Route[]): void {
    const { from, gone, come } = listChange(before, now)
    const changed = new Set([...gone, ...come].map(netOf))
    const touches = (route: Route | undefined): boolean => route !== undefined && changed.has(netOf(route))
    let start = from
    let end = from + come.length
    while (touches(now[start - 1])) start--
    while (touches(now[end])) end++
    const wanted = new Map<string, Route>()
    for (const route of now.slice(start, end)) if (isForeign(route)) wanted.set(netOf(route), route)
    this.#forget((net) => changed.has(net) && !wanted.has(net), changed)
    for (const [net, route] of wanted) this.#take(net, route)
  }

  /** `among`: the only networks that may be gone. */
  #forget(isGone: (net: string) => boolean, among?: ReadonlySet<string>): void {
    const { table } = this.daemon
    if (among?.size === 1) {
      for (const net of among) if (isGone(net)) table.set(this.name, net, undefined)
      return
    }
    for (const { net } of table.of(this.name)) if (isGone(net)) table.set(this.name, net, undefined)
  }

  #take(net: string, route: Route): void {
    const to = learned(route)
    if (to === undefined) return
    this.imported({
      net,
      source: 'RTS_INHERIT',
      protocol: this.name,
      preference: 10,
      to,
      ...(route.metric === undefined ? {} : { metric: route.metric }),
      changedMs: this.daemon.process.now(),
    })
  }

  /** One writer at a time; whatever changes meanwhile is written in the next round. */
  #write(): void {
    this.#again = true
    if (this.#writing || !this.exporting) return
    this.#writing = true
    this.daemon.process.thread(`${this.name} write`, (self) => this.#writeRoutes(self))
  }

  async #writeRoutes(self: Process): Promise<void> {
    let failed = false
    while (this.#again) {
      this.#again = false
      const changes = this.#compareAll ? this.#allChanges(self) : this.#touchedChanges()
      if (!(await this.#apply(self, changes))) failed = true
    }
    this.#writing = false
    if (failed) this.daemon.turn(() => this.changed())
  }

  /** All at once; one by one from where the kernel refuses one. */
  async #apply(self: Process, changes: readonly NetChange[]): Promise<boolean> {
    if (changes.length === 0) return true
    try {
      await self.net.apply(changes)
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      // Made again one by one, those before the refused one change nothing.
      if (changes.length > 1) return this.#applySingly(self)
      this.daemon.log(`Netlink: ${error.message}`)
      this.#compareAll = true
      return false
    }
  }

  async #applySingly(self: Process): Promise<boolean> {
    let all = true
    for (const change of this.#allChanges(self)) if (!(await this.#apply(self, [change]))) all = false
    return all
  }

  /** What must change so that the machine's `proto bird` routes are the exported ones. */
  #allChanges(self: Process): readonly NetChange[] {
    if (!this.exporting) return []
    this.#compareAll = false
    this.#touched.clear()
    this.#installed = new Map(
      self.net
        .routes()
        .filter((route) => route.protocol === 'bird')
        .map((route) => [route.destination, route]),
    )
    const nets = new Set([...this.#installed.keys(), ...this.daemon.table.allBest().map(({ net }) => net)])
    return [...nets].flatMap((net) => this.#change(net))
  }

  #touchedChanges(): readonly NetChange[] {
    if (!this.exporting) return []
    const nets = [...this.#touched]
    this.#touched.clear()
    return nets.flatMap((net) => this.#change(net))
  }

  /** What must change for one network, by what is known to be there. */
  #change(net: string): readonly NetChange[] {
    const was = this.#installed.get(net)
    const route = this.#wanted(net)
    if (!route) {
      if (!was) return []
      this.#installed.delete(net)
      return [{ op: 'route-del', destination: was.destination, protocol: 'bird' }]
    }
    if (was && sameKernelRoute(was, route)) return []
    this.#installed.set(net, route)
    return [{ op: was ? 'route-replace' : 'route-add', route }]
  }

  /** Not what it learned, and not what the machine has of itself. */
  protected override hears({ protocol, source }: BirdRoute): boolean {
    return protocol !== this.name && source !== 'RTS_DEVICE'
  }

  #wanted(net: string): Route | undefined {
    const best = this.daemon.table.best(net)
    if (!best || !this.hears(best)) return undefined
    const route = this.exported(best)
    return route && sharedKernelRoute(kernelRoute(route))
  }
}

interface Learned {
  readonly config: ProtocolConfig
  /** The whole one, with the filters. */
  readonly of: Config
  readonly routes: readonly Route[]
}

const netOf = (route: Route): string => showPrefix(toPrefix(route.destination))

const isForeign = (route: Route): boolean => route.protocol !== 'bird' && route.protocol !== 'kernel'

function learned(route: Route): BirdRoute['to'] | undefined {
  if (route.kind !== 'unicast') return { kind: route.kind }
  if (route.dev === undefined) return undefined
  return route.via === undefined
    ? { kind: 'device', device: route.dev }
    : { kind: 'router', gateway: route.via, device: route.dev }
}

function kernelRoute(route: BirdRoute): Route {
  const metric = route.metric === undefined ? {} : { metric: route.metric }
  const base = { destination: route.net, protocol: 'bird', ...metric } as const
  const { to } = route
  if (to.kind === 'blackhole' || to.kind === 'unreachable') return { ...base, kind: to.kind }
  if (to.kind === 'device') return { ...base, kind: 'unicast', dev: to.device }
  // Calico's krt_tunnel: through the tunnel device to the node itself, however many routers lie between.
  if (route.tunnel) {
    const via = route.bgp?.nextHop ?? to.gateway
    return { ...base, kind: 'unicast', via, dev: route.tunnel, onlink: true }
  }
  return { ...base, kind: 'unicast', via: to.gateway, dev: to.device }
}

/** Nodes of one subnet have the same routes: they are kept once. */
function sharedKernelRoute(route: Route): Route {
  const { destination, kind, via = '', dev = '', metric = '', onlink = false } = route
  const key = `${destination} ${kind} ${via} ${dev} ${metric} ${onlink}`
  const known = kernelRoutes.get(key)
  if (known !== undefined) return known
  if (kernelRoutes.size >= 65_536) kernelRoutes.clear()
  kernelRoutes.set(key, Object.freeze(route))
  return route
}

const kernelRoutes = new Map<string, Route>()

const sameKernelRoute = (a: Route, b: Route): boolean =>
  a.kind === b.kind && a.via === b.via && a.dev === b.dev && (a.metric ?? 0) === (b.metric ?? 0)
