/**
 * The routes that are Felix's: to the pods of this node, and over tunnels. Its own that nobody wants go at once, foreign ones on
 * pods' interfaces after a time of grace (projectcalico/calico:felix/routetable, ownershippol/main_route_table_policy.go).
 */
import type { FelixConfig } from '#lab/calico/felix/config.ts'
import { vxlanDevice } from '#lab/calico/felix/tunnels.ts'
import type { Workload } from '#lab/calico/felix/workloads.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { NetChange, Route } from '#lab/network/ports.ts'

/** How long a route that the CNI plugin made may wait for its pod to become known. */
const graceMs = 10_000

export class FelixRoutes {
  readonly #p: Process
  readonly #log: Log
  readonly #config: FelixConfig
  readonly #seenMs = new Map<string, number>()

  constructor(p: Process, log: Log, config: FelixConfig) {
    this.#p = p
    this.#log = log
    this.#config = config
  }

  /** Looks which interfaces there are, so that the time of grace of new ones begins. */
  notice(): ReadonlySet<string> {
    const present = new Set(this.#p.net.links().map((link) => link.name))
    for (const link of present) if (!this.#seenMs.has(link)) this.#seenMs.set(link, this.#p.now())
    for (const link of [...this.#seenMs.keys()]) if (!present.has(link)) this.#seenMs.delete(link)
    return present
  }

  async apply(o: {
    readonly workloads: readonly Workload[]
    readonly others: readonly Route[]
  }): Promise<void> {
    for (const change of this.#changes(o)) await this.#make(change)
  }

  #changes({
    workloads,
    others,
  }: {
    readonly workloads: readonly Workload[]
    readonly others: readonly Route[]
  }): readonly NetChange[] {
    const { net } = this.#p
    const up = new Set(net.links().flatMap((link) => (link.up ? [link.name] : [])))
    const pods = workloads.filter((each) => up.has(each.interface)).map((each) => this.#podRoute(each))
    const wanted = new Map([...others, ...pods].map((route) => [route.destination, route]))
    const present = net.routes().filter((route) => this.#isOurs(route))
    const remove = present
      .filter((route) => !isSame(wanted.get(route.destination), route) && this.#mayGo(route))
      .map(
        (route): NetChange => ({ op: 'route-del', destination: route.destination, protocol: route.protocol }),
      )
    const add = [...wanted.values()]
      .filter((route) => !present.some((each) => isSame(route, each)))
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

  #podRoute({ address, interface: dev }: Workload): Route {
    const { routeProtocol, routeSourceAddress } = this.#config
    return {
      destination: `${address}/32`,
      kind: 'unicast',
      dev,
      protocol: routeProtocol,
      scope: 'link',
      ...(routeSourceAddress === undefined ? {} : { source: routeSourceAddress }),
    }
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
        return
      } catch (error) {
        if (!isErrno(error)) throw error
        this.#log.warn(at, text, { error: raw(error.message.toLowerCase()), tableIndex: 254 })
      }
    }
  }
}

const isSame = (wanted: Route | undefined, present: Route): boolean =>
  wanted !== undefined &&
  wanted.destination === present.destination &&
  wanted.kind === present.kind &&
  wanted.via === present.via &&
  (wanted.dev === undefined || wanted.dev === present.dev) &&
  (wanted.source === undefined || wanted.source === present.source)
