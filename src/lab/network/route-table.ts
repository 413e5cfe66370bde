import { Errno } from '#lab/host/ports.ts'
import { type Cidr, cidr, contains, type Ipv4, ipv4 } from '#lab/network/address.ts'
import { type Footing, Tremors } from '#lab/network/ground.ts'
import type { Route, RouteProtocol } from '#lab/network/ports.ts'

/** A route with its addresses parsed, as the packet walk wants it. */
export interface Entry {
  readonly route: Route
  readonly to: Cidr
  readonly via: Ipv4 | undefined
  readonly source: Ipv4 | undefined
  readonly metric: number
}

/** What was answered for an address; firm until another route could be the answer. */
interface Found extends Footing {
  readonly entry: Entry | undefined
}

const foundMax = 8192

/**
 * One namespace's main routing table: the longest prefix wins, then the lowest metric, then the older route.
 * It does not imitate: policy rules, other tables, multipath, type of service.
 */
export class RouteTable {
  /** By prefix length, then by network. */
  readonly #byLength: (Map<Ipv4, readonly Entry[]> | undefined)[] = []
  /** The networks to which a route leads over a device, by what {@link keyOf} makes of them. */
  readonly #byDevice = new Map<string, Map<number, Cidr>>()
  /** All, in the order of {@link list}; undefined until somebody asks for it. */
  #sorted: Entry[] | undefined
  #listed: readonly Route[] | undefined
  readonly #found = new Map<Ipv4, Found>()
  readonly #tremors: Tremors

  constructor(tremors = new Tremors()) {
    this.#tremors = tremors
  }

  lookup(address: Ipv4): Entry | undefined {
    return this.find(address).entry
  }

  /** {@link lookup}, for a way that lies on the answer. */
  find(address: Ipv4): Found {
    const known = this.#found.get(address)
    if (known !== undefined) return known
    if (this.#found.size >= foundMax) this.#forget(everywhere)
    const found: Found = { entry: this.#longest(address), firm: true }
    this.#found.set(address, found)
    return found
  }

  /** Whether a route without a gateway of its own leads from this device to an address. */
  isOn(dev: string, address: Ipv4): boolean {
    for (let length = 32; length >= 0; length--)
      for (const { route } of this.#byLength[length]?.get(networkOf(address, length)) ?? none)
        if (route.kind === 'unicast' && route.via === undefined && route.dev === dev) return true
    return false
  }

  #longest(address: Ipv4): Entry | undefined {
    for (let length = 32; length >= 0; length--) {
      const networks = this.#byLength[length]
      if (networks === undefined) continue
      const entry = networks.get(networkOf(address, length))?.[0]
      if (entry !== undefined) return entry
    }
    return undefined
  }

  /** Every route to a network that holds this address, in the order of {@link list}. */
  covering(address: Ipv4): readonly Entry[] {
    const found: Entry[] = []
    for (let length = 32; length >= 0; length--)
      found.push(...(this.#byLength[length]?.get(networkOf(address, length)) ?? []))
    return found.sort(inOrder)
  }

  /** Throws EEXIST when a route to the same destination with the same metric is there. */
  add(route: Route): void {
    const entry = entryOf(route)
    const same = this.#entries(entry.to)
    if (same.some((other) => other.metric === entry.metric)) throw new Errno('EEXIST')
    this.#put(same.concat(entry), entry.to)
  }

  replace(route: Route): void {
    const entry = entryOf(route)
    const others = this.#entries(entry.to).filter((other) => other.metric !== entry.metric)
    this.#put(others.concat(entry), entry.to)
  }

  /** Removes the first match. Throws ESRCH when there is none. */
  remove(destination: string, protocol?: RouteProtocol): void {
    const to = cidr(destination)
    const entries = this.#entries(to)
    const index = entries.findIndex(({ route }) => protocol === undefined || route.protocol === protocol)
    if (index < 0) throw new Errno('ESRCH')
    this.#put(entries.toSpliced(index, 1), to)
  }

  /** Removes every route over a device; only those for which `gone` holds, where it is given. */
  removeOver(device: string, gone: (route: Route) => boolean = () => true): void {
    for (const to of [...(this.#byDevice.get(device)?.values() ?? none)]) {
      const entries = this.#entries(to)
      const left = entries.filter(({ route }) => route.dev !== device || !gone(route))
      if (left.length < entries.length) this.#put(left, to)
    }
  }

  /** In the order in which the kernel dumps its trie: by network, the longer prefix first, then by metric. */
  list(): readonly Route[] {
    this.#sorted ??= this.#byLength
      .flatMap((networks) => [...(networks?.values() ?? [])].flat())
      .sort(inOrder)
    this.#listed ??= this.#sorted.map(({ route }) => route)
    return this.#listed
  }

  clear(): void {
    this.#byLength.length = 0
    this.#byDevice.clear()
    this.#sorted = undefined
    this.#listed = undefined
    this.#forget(everywhere)
  }

  /** What was answered for addresses of this network may be answered otherwise now. */
  #forget(network: Cidr): void {
    if (network.length === 32) this.#forgetAddress(network.network)
    else
      for (const address of this.#found.keys()) if (contains(network, address)) this.#forgetAddress(address)
  }

  #forgetAddress(address: Ipv4): void {
    const found = this.#found.get(address)
    if (found === undefined) return
    found.firm = false
    this.#tremors.count++
    this.#found.delete(address)
  }

  #entries(to: Cidr): readonly Entry[] {
    return this.#byLength[to.length]?.get(to.network) ?? []
  }

  #put(entries: readonly Entry[], to: Cidr): void {
    const ordered = entries.length < 2 ? entries : entries.toSorted((a, b) => a.metric - b.metric)
    this.#listed = undefined
    if (this.#sorted !== undefined) putInOrder(this.#sorted, ordered, to)
    this.#forget(to)
    this.#noteDevices(this.#entries(to), ordered, to)
    let networks = this.#byLength[to.length]
    if (networks === undefined) {
      networks = new Map()
      this.#byLength[to.length] = networks
    }
    if (ordered.length === 0) networks.delete(to.network)
    else networks.set(to.network, ordered)
    if (networks.size === 0) this.#byLength[to.length] = undefined
  }

  #noteDevices(before: readonly Entry[], now: readonly Entry[], to: Cidr): void {
    for (const { route } of before)
      if (route.dev !== undefined && !leadsOver(now, route.dev)) this.#leave(route.dev, to)
    for (const { route } of now)
      if (route.dev !== undefined && !leadsOver(before, route.dev)) this.#enter(route.dev, to)
  }

  #enter(device: string, to: Cidr): void {
    const networks = this.#byDevice.get(device)
    if (networks === undefined) this.#byDevice.set(device, new Map([[keyOf(to), to]]))
    else networks.set(keyOf(to), to)
  }

  #leave(device: string, to: Cidr): void {
    const networks = this.#byDevice.get(device)
    networks?.delete(keyOf(to))
    if (networks?.size === 0) this.#byDevice.delete(device)
  }
}

const leadsOver = (entries: readonly Entry[], device: string): boolean =>
  entries.some(({ route }) => route.dev === device)

const keyOf = ({ network, length }: Cidr): number => network * 64 + length

/** Puts a network's routes in the place of those that are there. */
function putInOrder(sorted: Entry[], entries: readonly Entry[], to: Cidr): void {
  let from = 0
  for (let end = sorted.length; from < end; ) {
    const middle = (from + end) >>> 1
    const { network, length } = (sorted[middle] as Entry).to // an index below the length
    if (network < to.network || (network === to.network && length > to.length)) from = middle + 1
    else end = middle
  }
  let after = from
  while (sorted[after]?.to.network === to.network && sorted[after]?.to.length === to.length) after++
  sorted.splice(from, after - from, ...entries)
}
const none: readonly never[] = []
const everywhere = cidr('0.0.0.0/0')

const networkOf = (address: Ipv4, length: number): Ipv4 =>
  length === 32 ? address : length === 0 ? 0 : (address & (0xffffffff << (32 - length))) >>> 0

const inOrder = (a: Entry, b: Entry): number =>
  a.to.network - b.to.network || b.to.length - a.to.length || a.metric - b.metric

/** A route that nobody can change is parsed once, however many namespaces have it. */
function entryOf(route: Route): Entry {
  const known = entries.get(route)
  if (known !== undefined) return known
  const frozen = Object.isFrozen(route) ? route : Object.freeze({ ...route })
  const entry: Entry = {
    route: frozen,
    to: cidr(route.destination),
    via: route.via === undefined ? undefined : ipv4(route.via),
    source: route.source === undefined ? undefined : ipv4(route.source),
    metric: route.metric ?? 0,
  }
  if (frozen === route) entries.set(route, entry)
  return entry
}

const entries = new WeakMap<Route, Entry>()
