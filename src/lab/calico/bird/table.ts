import { equal } from '#base/equal.ts'
import { contains, masked, type Prefix, toAddress, toNumber, toPrefix } from '#lab/calico/bird/prefix.ts'
import { type BirdRoute, type Destination, isBetter, sameRoute } from '#lab/calico/bird/route.ts'

/**
 * BIRD's table `master`: for each network the routes of all protocols, best first. BGP next hops are resolved
 * through the table itself (`gateway recursive`) and again whenever another route changes.
 * Not imitated: several routes of one protocol for one network (add-path), route sorting modes, multipath merging.
 */
export class RoutingTable {
  /** Next hops of BGP routes, with how many have each. */
  readonly #hops = new Map<string, number>()
  readonly #nets = new Map<string, Net>()
  /** The same by length of prefix and base, the longest first, to find the one that an address lies in. */
  readonly #byLength: (Map<number, Net> | undefined)[] = []
  readonly #byProtocol = new Map<string, Map<string, BirdRoute>>()
  readonly #tell: (net: string) => void
  #inOrder: readonly Net[] | undefined

  /** `tell` hears of every network whose best route changed. */
  constructor(tell: (net: string) => void) {
    this.#tell = tell
  }

  /** Sets or removes what a protocol has for a network. */
  set(protocol: string, net: string, route: BirdRoute | undefined): void {
    if (!this.#put(protocol, net, route)) return
    if (route?.source !== 'RTS_BGP' && this.#leadsToHop(net)) this.#resolveAgain()
  }

  /** Everything a protocol brought, as it came. */
  of(protocol: string): readonly BirdRoute[] {
    return [...(this.#byProtocol.get(protocol)?.values() ?? [])]
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

  /** The network that an address lies in, as `show route for` finds it. */
  covering(address: string): string | undefined {
    return this.#longest(address)?.net
  }

  /** How to reach an address (`bird:nest/rt-table.c` rt_update_hostentry); unreachable through another BGP route. */
  resolve(address: string): Destination {
    const route = this.#longest(address)?.routes[0]
    if (!route || route.source === 'RTS_BGP') return { kind: 'unreachable' }
    if (route.to.kind === 'device') return { kind: 'router', gateway: address, device: route.to.device }
    return route.to
  }

  #longest(address: string): Net | undefined {
    const value = toNumber(address)
    for (let length = 32; length >= 0; length--) {
      const nets = this.#byLength[length]
      const found = nets?.size ? nets.get(masked(value, length)) : undefined
      if (found) return found
    }
    return undefined
  }

  #put(protocol: string, net: string, route: BirdRoute | undefined): boolean {
    const owned = this.#byProtocol.get(protocol) ?? new Map<string, BirdRoute>()
    const was = owned.get(net)
    if (was === undefined && route === undefined) return false
    if (was && route && sameRoute(was, route)) return false
    const entry = this.#nets.get(net) ?? { net, prefix: toPrefix(net), routes: [] }
    const best = entry.routes[0]
    entry.routes = insert(was ? entry.routes.filter((each) => each !== was) : entry.routes, route)
    this.#keep(entry)
    if (route) this.#byProtocol.set(protocol, owned.set(net, route))
    else owned.delete(net)
    this.#countHop(was, -1)
    this.#countHop(route, 1)
    if (entry.routes[0] !== best) this.#tell(net)
    return true
  }

  #keep(entry: Net): void {
    const { net, prefix } = entry
    const known = this.#nets.has(net)
    if (entry.routes.length === 0) {
      this.#nets.delete(net)
      this.#byLength[prefix.length]?.delete(prefix.base)
    } else if (!known) {
      this.#nets.set(net, entry)
      let nets = this.#byLength[prefix.length]
      if (nets === undefined) {
        nets = new Map()
        this.#byLength[prefix.length] = nets
      }
      nets.set(prefix.base, entry)
    }
    if (known !== entry.routes.length > 0) this.#inOrder = undefined
  }

  #countHop(route: BirdRoute | undefined, by: number): void {
    if (route?.source !== 'RTS_BGP' || !route.bgp) return
    const { nextHop } = route.bgp
    const count = (this.#hops.get(nextHop) ?? 0) + by
    if (count === 0) this.#hops.delete(nextHop)
    else this.#hops.set(nextHop, count)
  }

  /** Whether some BGP route's next hop lies in a network: only then can a change of it matter to other routes. */
  #leadsToHop(net: string): boolean {
    const prefix = toPrefix(net)
    if (prefix.length === 32) return this.#hops.has(toAddress(prefix.base))
    for (const hop of this.#hops.keys()) if (contains(prefix, toPrefix(hop))) return true
    return false
  }

  #resolveAgain(): void {
    for (const { routes } of [...this.#nets.values()])
      for (const route of [...routes]) {
        if (!route.bgp || route.source !== 'RTS_BGP') continue
        const to = this.resolve(route.bgp.nextHop)
        if (!equal(to, route.to)) this.#put(route.protocol, route.net, { ...route, to })
      }
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
  return at < 0 ? routes.concat(route) : routes.toSpliced(at, 0, route)
}
