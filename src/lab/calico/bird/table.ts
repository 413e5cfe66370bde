import { equal } from '#base/equal.ts'
import { masked, type Prefix, toPrefix } from '#lab/calico/bird/prefix.ts'
import { type BirdRoute, type Destination, isBetter, sameRoute } from '#lab/calico/bird/route.ts'

/**
 * BIRD's table `master`: for each network the routes of all protocols, best first. BGP next hops are resolved
 * through the table itself (`gateway recursive`) and again whenever another route changes.
 * Not imitated: several routes of one protocol for one network (add-path), route sorting modes, multipath merging.
 */
export class RoutingTable {
  readonly #nets = new Map<string, Net>()
  /** By prefix length, then by network. */
  readonly #byLength = new Map<number, Map<number, Net>>()
  #inOrder: readonly Net[] | undefined
  readonly #tell: (net: string) => void

  /** `tell` hears of every network whose best route changed. */
  constructor(tell: (net: string) => void) {
    this.#tell = tell
  }

  /** Sets or removes what a protocol has for a network. */
  set(protocol: string, net: string, route: BirdRoute | undefined): void {
    if (!this.#put(protocol, net, route)) return
    if (route?.source !== 'RTS_BGP') this.#resolveAgain()
  }

  /** Everything a protocol brought, in table order. */
  of(protocol: string): readonly BirdRoute[] {
    const found: BirdRoute[] = []
    for (const net of this.#sorted())
      for (const route of net.routes) if (route.protocol === protocol) found.push(route)
    return found
  }

  best(net: string): BirdRoute | undefined {
    return this.#nets.get(net)?.routes[0]
  }

  /** The best route of each network, ordered by network. */
  allBest(): readonly BirdRoute[] {
    return this.#sorted().flatMap((net) => net.routes.slice(0, 1))
  }

  /** Every network with all its routes, best first. */
  all(): readonly { readonly net: string; readonly routes: readonly BirdRoute[] }[] {
    return this.#sorted().map(({ net, routes }) => ({ net, routes }))
  }

  /** How to reach an address (`bird:nest/rt-table.c` rt_update_hostentry); unreachable through another BGP route. */
  resolve(address: string): Destination {
    const longest = this.#covering(toPrefix(address))
    const route = longest?.routes[0]
    if (!route || route.source === 'RTS_BGP') return { kind: 'unreachable' }
    if (route.to.kind === 'device') return { kind: 'router', gateway: address, device: route.to.device }
    return route.to
  }

  #put(protocol: string, net: string, route: BirdRoute | undefined): boolean {
    const entry = this.#nets.get(net) ?? { net, prefix: toPrefix(net), routes: [] }
    const was = entry.routes.find((each) => each.protocol === protocol)
    if (was === undefined && route === undefined) return false
    if (was && route && sameRoute(was, route)) return false
    const best = entry.routes[0]
    entry.routes = insert(
      entry.routes.filter((each) => each !== was),
      route,
    )
    if (entry.routes.length === 0) this.#forget(entry)
    else if (was === undefined && entry.routes.length === 1) this.#keep(entry)
    if (entry.routes[0] !== best) this.#tell(net)
    return true
  }

  #resolveAgain(): void {
    for (const { routes } of [...this.#nets.values()])
      for (const route of [...routes]) {
        if (!route.bgp || route.source !== 'RTS_BGP') continue
        const to = this.resolve(route.bgp.nextHop)
        if (!equal(to, route.to)) this.#put(route.protocol, route.net, { ...route, to })
      }
  }

  /** The network of the longest prefix that an address lies in. */
  #covering({ base, length: most }: Prefix): Net | undefined {
    let longest: Net | undefined
    for (const [length, nets] of this.#byLength) {
      if (length > most || length < (longest?.prefix.length ?? 0)) continue
      longest = nets.get(masked(base, length)) ?? longest
    }
    return longest
  }

  #keep(entry: Net): void {
    const { base, length } = entry.prefix
    this.#inOrder = undefined
    this.#nets.set(entry.net, entry)
    const same = this.#byLength.get(length)
    if (same === undefined) this.#byLength.set(length, new Map([[base, entry]]))
    else same.set(base, entry)
  }

  #forget({ net, prefix }: Net): void {
    this.#inOrder = undefined
    this.#nets.delete(net)
    this.#byLength.get(prefix.length)?.delete(prefix.base)
  }

  #sorted(): readonly Net[] {
    this.#inOrder ??= [...this.#nets.values()].sort(
      (a, b) => a.prefix.base - b.prefix.base || a.prefix.length - b.prefix.length,
    )
    return this.#inOrder
  }
}

interface Net {
  readonly net: string
  readonly prefix: Prefix
  routes: readonly BirdRoute[]
}

function insert(routes: readonly BirdRoute[], route: BirdRoute | undefined): readonly BirdRoute[] {
  if (!route) return routes
  const at = routes.findIndex((each) => isBetter(route, each))
  return at < 0 ? [...routes, route] : [...routes.slice(0, at), route, ...routes.slice(at)]
}
