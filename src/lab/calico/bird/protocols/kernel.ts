import type { ProtocolConfig } from '#lab/calico/bird/config/model.ts'
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
  #startedMs = 0

  protected start(): 'up' {
    this.#startedMs = this.daemon.process.now()
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

  override announce(): void {
    this.#write()
  }

  protected override fed(): void {
    this.#write()
  }

  /** Something changed on the machine: learn now, repair at the next tick. */
  changed(): void {
    if (this.state !== 'up') return
    this.learn()
    const period = this.config.scanSeconds * 1000
    const passed = this.daemon.process.now() - this.#startedMs
    const wait = period - (passed % period)
    if (this.#dirty) return
    this.#dirty = true
    this.daemon.process.task.after(wait, () => {
      this.#dirty = false
      this.daemon.turn(() => this.#write())
    })
  }

  learn(): void {
    if (this.state !== 'up' || !this.config.learn) return
    const { table } = this.daemon
    const wanted = new Map<string, Route>()
    for (const route of this.daemon.process.net.routes())
      if (isForeign(route)) wanted.set(showPrefix(toPrefix(route.destination)), route)
    for (const { net } of table.of(this.name)) if (!wanted.has(net)) table.set(this.name, net, undefined)
    for (const [net, route] of wanted) {
      const to = learned(route)
      if (to)
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
      for (const change of this.#changes(self)) if (!(await this.#apply(self, change))) failed = true
    }
    this.#writing = false
    if (failed) this.daemon.turn(() => this.changed())
  }

  async #apply(self: Process, change: NetChange): Promise<boolean> {
    try {
      await self.net.apply([change])
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      this.daemon.log(`Netlink: ${error.message}`)
      return false
    }
  }

  /** What must change so that the machine's `proto bird` routes are the exported ones. */
  #changes(self: Process): readonly NetChange[] {
    if (!this.exporting) return []
    const wanted = this.#wanted()
    const present = new Map(
      self.net
        .routes()
        .filter((route) => route.protocol === 'bird')
        .map((route) => [route.destination, route]),
    )
    const changes: NetChange[] = []
    for (const [destination, route] of present)
      if (!wanted.has(destination))
        changes.push({ op: 'route-del', destination: route.destination, protocol: 'bird' })
    for (const [destination, route] of wanted) {
      const was = present.get(destination)
      if (was && sameKernelRoute(was, route)) continue
      changes.push({ op: was ? 'route-replace' : 'route-add', route })
    }
    return changes
  }

  #wanted(): ReadonlyMap<string, Route> {
    const found = new Map<string, Route>()
    for (const best of this.daemon.table.allBest()) {
      if (best.protocol === this.name || best.source === 'RTS_DEVICE') continue
      const route = this.exported(best)
      if (route) found.set(route.net, kernelRoute(route))
    }
    return found
  }
}

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
  // Calico's krt_tunnel: the same next hop, through the tunnel device (bird:sysdep/linux/netlink.c).
  const tunnel = route.tunnel ? { dev: route.tunnel, onlink: true } : { dev: to.device }
  return { ...base, kind: 'unicast', via: to.gateway, ...tunnel }
}

const sameKernelRoute = (a: Route, b: Route): boolean =>
  a.kind === b.kind && a.via === b.via && a.dev === b.dev && (a.metric ?? 0) === (b.metric ?? 0)
