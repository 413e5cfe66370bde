import { contains, type Prefix, toPrefix } from '#lab/calico/bird/prefix.ts'
import { type BirdRoute, type Destination, isBetter, sameRoute } from '#lab/calico/bird/route.ts'

/**
 * BIRD's table `master`: for each network the routes of all protocols, best first. BGP next hops are resolved
 * through the table itself (`gateway recursive`) and again whenever another route changes.
 * Not imitated: several routes of one protocol for one network (add-path), route sorting modes, multipath merging.
 */
export class RoutingTable {
  readonly #nets = new Map<string, Net>()
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
    const target = toPrefix(address)
    let longest: Net | undefined
    for (const net of this.#nets.values())
      if (contains(net.prefix, target) && net.prefix.length >= (longest?.prefix.length ?? -1)) longest = net
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
    if (entry.routes.length === 0) this.#nets.delete(net)
    else this.#nets.set(net, entry)
    if (entry.routes[0] !== best) this.#tell(net)
    return true
  }

  #resolveAgain(): void {
    for (const { routes } of [...this.#nets.values()])
      for (const route of [...routes]) {
        if (!route.bgp || route.source !== 'RTS_BGP') continue
        const to = this.resolve(route.bgp.nextHop)
        if (JSON.stringify(to) !== JSON.stringify(route.to))
          this.#put(route.protocol, route.net, { ...route, to })
      }
  }

  #sorted(): readonly Net[] {
    return [...this.#nets.values()].sort(
      (a, b) => a.prefix.base - b.prefix.base || a.prefix.length - b.prefix.length,
    )
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
