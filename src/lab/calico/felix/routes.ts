/**
 * The routes that are Felix's: to the pods of this node, and over tunnels. Its own that nobody wants go at once, foreign ones on
 * pods' interfaces after a time of grace (projectcalico/calico:felix/routetable, ownershippol/main_route_table_policy.go).
 */
import { differing } from '#base/list-change.ts'
import type { FelixConfig } from '#lab/calico/felix/config.ts'
import { vxlanDevice } from '#lab/calico/felix/tunnels.ts'
import type { Workload } from '#lab/calico/felix/workloads.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { Link, NetChange, Route } from '#lab/network/ports.ts'

/** How long a route that the CNI plugin made may wait for its pod to become known. */
const graceMs = 10_000

export class FelixRoutes {
  readonly #p: Process
  readonly #log: Log
  readonly #config: FelixConfig
  readonly #seenMs = new Map<string, number>()
  #links: readonly Link[] = []
  /** Interfaces and whether they are up, and those whose routes have to be read again. */
  readonly #up = new Map<string, boolean>()
  readonly #rescan = new Set<string>()
  /** What the kernel held when it was last read, with what was changed since. */
  #known: readonly Route[] | undefined
  readonly #podRoutes = new WeakMap<Workload, Route>()

  constructor(p: Process, log: Log, config: FelixConfig) {
    this.#p = p
    this.#log = log
    this.#config = config
  }

  /** Looks which interfaces there are, so that the time of grace of new ones begins. */
  notice(): ReadonlyMap<string, boolean> {
    const links = this.#p.net.links()
    const { gone, come } = differing(this.#links, links)
    this.#links = links
    const there = new Set(come.map(({ name }) => name))
    for (const { name } of gone) if (!there.has(name)) this.#forget(name)
    for (const { name, up } of come) {
      if (!this.#seenMs.has(name)) this.#seenMs.set(name, this.#p.now())
      if (this.#up.get(name) !== up) this.#rescan.add(name)
      this.#up.set(name, up)
    }
    return this.#up
  }

  #forget(link: string): void {
    this.#seenMs.delete(link)
    this.#up.delete(link)
    this.#rescan.add(link)
  }

  /** `resync`: what the kernel holds is read anew, of all interfaces. `made`: devices that are not those of before. */
  async apply(o: {
    readonly workloads: readonly Workload[]
    readonly others: readonly Route[]
    readonly resync: boolean
    readonly made: ReadonlySet<string>
  }): Promise<void> {
    for (const link of o.made) this.#rescan.add(link)
    if (o.resync) this.#known = undefined
    const present = this.#present()
    for (const change of this.#changes(o, present)) await this.#make(change)
  }

  /** As far as Felix knows: it reads all at a resync, and of interfaces that changed. What others do to its routes in between, it does not see. */
  #present(): readonly Route[] {
    const { net } = this.#p
    const rescan = new Set(this.#rescan)
    this.#rescan.clear()
    if (this.#known !== undefined && rescan.size === 0) return this.#known
    const known = this.#known
    const isRead = ({ dev }: Route): boolean => known === undefined || rescan.has(dev ?? '')
    this.#known = [
      ...(known ?? []).filter((route) => !isRead(route)),
      ...net.routes().filter((route) => isRead(route) && this.#isOurs(route)),
    ]
    return this.#known
  }

  #changes(
    { workloads, others }: { readonly workloads: readonly Workload[]; readonly others: readonly Route[] },
    present: readonly Route[],
  ): readonly NetChange[] {
    const wanted = new Map(others.map((route) => [route.destination, route]))
    for (const each of workloads)
      if (this.#up.get(each.interface)) {
        const route = this.#podRoute(each)
        wanted.set(route.destination, route)
      }
    const foreign: Route[] = []
    const right = new Set<Route>()
    for (const route of present) {
      const own = wanted.get(route.destination)
      if (own !== undefined && (own === route || isSame(own, route))) right.add(own)
      else foreign.push(route)
    }
    // Who may still be waited for is looked at again the next time.
    for (const route of foreign) if (!this.#mayGo(route)) this.#rescan.add(route.dev ?? '')
    const remove = foreign
      .filter((route) => this.#mayGo(route))
      .map(
        (route): NetChange => ({ op: 'route-del', destination: route.destination, protocol: route.protocol }),
      )
    if (right.size === wanted.size) return remove
    const add = [...wanted.values()]
      .filter((route) => !right.has(route))
      .map((route): NetChange => ({ op: 'route-replace', route }))
    return [...remove, ...add]
  }

  #isWorkload(link: string | undefined): boolean {
    return this.#config.interfacePrefixes.some((prefix) => link?.startsWith(prefix))
  }

  /** By protocol 80, or by the device. BIRD's own are never touched. */
  #isOurs({ dev, protocol }: Route): boolean {
    if (protocol === '80' || dev === vxlanDevice) return protocol !== 'kernel'
    return this.#isWorkload(dev)
  }

  #mayGo({ dev, protocol }: Route): boolean {
    if (!this.#isWorkload(dev)) return true
    if (protocol !== this.#config.routeProtocol && !this.#config.removeExternalRoutes) return false
    return this.#p.now() - (this.#seenMs.get(dev ?? '') ?? this.#p.now()) >= graceMs
  }

  #podRoute(workload: Workload): Route {
    const known = this.#podRoutes.get(workload)
    if (known !== undefined) return known
    const { routeProtocol, routeSourceAddress } = this.#config
    // As it is the kernel keeps it, so that it is the same when it is read again.
    const route: Route = Object.freeze({
      destination: `${workload.address}/32`,
      kind: 'unicast',
      dev: workload.interface,
      protocol: routeProtocol,
      scope: 'link',
      ...(routeSourceAddress === undefined ? {} : { source: routeSourceAddress }),
    })
    this.#podRoutes.set(workload, route)
    return route
  }

  /** Felix looks again once before it leaves the rest to the next time. */
  async #make(change: NetChange): Promise<void> {
    const says = [
      ['route_table.go 652', 'First attempt at updating routing table failed.  Retrying...'],
      ['route_table.go 660', 'Second attempt at updating routing table failed. Will retry later.'],
    ] as const
    for (const [at, text] of says) {
      try {
        await this.#p.net.apply([change])
        this.#remember(change)
        return
      } catch (error) {
        if (!isErrno(error)) throw error
        this.#log.warn(at, text, { error: raw(error.message.toLowerCase()), tableIndex: 254 })
      }
    }
    this.#known = undefined
  }

  #remember(change: NetChange): void {
    if (this.#known === undefined) return
    if (change.op === 'route-replace')
      this.#known = [
        ...this.#known.filter(({ destination }) => destination !== change.route.destination),
        change.route,
      ]
    else if (change.op === 'route-del')
      this.#known = this.#known.filter(
        ({ destination, protocol }) => destination !== change.destination || protocol !== change.protocol,
      )
  }
}

const isSame = (wanted: Route | undefined, present: Route): boolean =>
  wanted !== undefined &&
  wanted.destination === present.destination &&
  wanted.kind === present.kind &&
  wanted.via === present.via &&
  (wanted.dev === undefined || wanted.dev === present.dev) &&
  (wanted.source === undefined || wanted.source === present.source)
