import { equal } from '#base/equal.ts'
import type { Announcement, BgpMessage } from '#lab/calico/bird/bgp/messages.ts'
import type { BgpConfig } from '#lab/calico/bird/config/model.ts'
import type { Daemon } from '#lab/calico/bird/daemon.ts'
import { type BgpAttributes, type BirdRoute, sharedRoute } from '#lab/calico/bird/route.ts'

/** What the exchange of routes needs to know of its session. */
export interface Speaker {
  readonly daemon: Daemon
  readonly name: string
  readonly neighbour: string
  readonly internal: boolean
  readonly bgp: BgpConfig
  /** What the neighbour is told of a route; undefined where the export filter keeps it. */
  outgoing(route: BirdRoute): BgpAttributes | undefined
}

/** Tells a neighbour our best routes, each once, and what became of them. */
export class Exporter {
  readonly #speaker: Speaker
  readonly #send: (message: BgpMessage) => void
  readonly #sent = new Map<string, BgpAttributes>()
  #announce: Announcement[] = []
  #withdraw: string[] = []
  #scheduled = false

  constructor(speaker: Speaker, send: (message: BgpMessage) => void) {
    this.#speaker = speaker
    this.#send = send
  }

  /** A new session: the neighbour knows nothing. */
  reset(): void {
    this.#sent.clear()
    this.#announce = []
    this.#withdraw = []
  }

  /** How many networks the neighbour has from us. */
  get count(): number {
    return this.#sent.size
  }

  announce(net: string): void {
    const attributes = this.#attributes(net)
    const was = this.#sent.get(net)
    if (equal(attributes, was)) return
    if (attributes) {
      this.#sent.set(net, attributes)
      this.#announce.push({ net, attributes })
    } else {
      this.#sent.delete(net)
      this.#withdraw.push(net)
    }
    if (this.#scheduled) return
    this.#scheduled = true
    this.#speaker.daemon.transmit(() => this.#flush())
  }

  /** The neighbour asked for everything again (ROUTE-REFRESH). */
  everything(): void {
    this.reset()
    for (const { net } of this.#speaker.daemon.table.allBest()) this.announce(net)
  }

  endOfRib(): void {
    this.#flush()
    this.#send({ bgp: 'UPDATE', announce: [], withdraw: [] })
  }

  #flush(): void {
    this.#scheduled = false
    const [announce, withdraw] = [this.#announce, this.#withdraw]
    this.#announce = []
    this.#withdraw = []
    if (announce.length + withdraw.length > 0) this.#send({ bgp: 'UPDATE', announce, withdraw })
  }

  #attributes(net: string): BgpAttributes | undefined {
    const best = this.#speaker.daemon.table.best(net)
    if (!best || !mayPass(best, this.#speaker)) return undefined
    return this.#speaker.outgoing(best)
  }
}

/**
 * `bgp_import_control`: nothing goes back where it came from, nor into a cluster where it has been; between internal
 * neighbours only a reflector passes on, from its clients and to them.
 */
export function mayPass(route: BirdRoute, speaker: Speaker): boolean {
  if (route.protocol === speaker.name) return false
  if (route.source !== 'RTS_BGP') return true
  const { routeReflectorClient } = speaker.bgp
  if (routeReflectorClient && route.bgp?.clusterList?.includes(clusterId(speaker))) return false
  if (!route.internal || !speaker.internal) return true
  return routeReflectorClient || route.client !== undefined
}

const clusterId = ({ bgp, daemon }: Speaker): string => bgp.clusterId ?? daemon.config.routerId

/** Everything of a session that decides what is written on a route when it leaves. */
export function manner(speaker: Speaker): string {
  const { bgp, internal, daemon } = speaker
  const own = bgp.source ?? daemon.config.routerId
  const cluster = bgp.routeReflectorClient ? clusterId(speaker) : ''
  return `${own} ${internal} ${bgp.nextHop} ${bgp.localAs} ${cluster}`
}

/** What is written on a route when it leaves (`bird:proto/bgp/attrs.c` bgp_create_attrs, bgp_update_attrs). */
export function outgoing(route: BirdRoute, speaker: Speaker): BgpAttributes {
  const { bgp, internal, daemon } = speaker
  const own = bgp.source ?? daemon.config.routerId
  const was = route.bgp
  const keeps = was !== undefined && was.nextHop !== '' && (internal || bgp.nextHop === 'keep')
  const path = was?.asPath ?? []
  return {
    origin: was?.origin ?? 'IGP',
    asPath: internal || bgp.localAs === undefined ? path : [bgp.localAs, ...path],
    nextHop: keeps && bgp.nextHop !== 'self' ? was.nextHop : own,
    ...(internal ? { localPref: was?.localPref ?? 100 } : {}),
    ...(was?.communities?.length ? { communities: was.communities } : {}),
    ...(was?.largeCommunities?.length ? { largeCommunities: was.largeCommunities } : {}),
    ...reflected(route, speaker),
  }
}

/** RFC 4456: who brought it in, and the clusters that it has been through. */
function reflected(route: BirdRoute, speaker: Speaker): Partial<BgpAttributes> {
  if (!speaker.internal || route.source !== 'RTS_BGP' || !route.internal) return {}
  const originatorId = route.bgp?.originatorId ?? route.fromId
  const entering = route.client
  const own = speaker.bgp.routeReflectorClient ? clusterId(speaker) : entering
  const clusters = new Set([entering, own].flatMap((each) => each ?? []))
  return {
    ...(originatorId === undefined ? {} : { originatorId }),
    clusterList: [...clusters, ...(route.bgp?.clusterList ?? [])],
  }
}

/** The route as it enters our table; undefined when it loops. */
export function importable(
  speaker: Speaker,
  { net, attributes }: Announcement,
  peerId: string | undefined,
): BirdRoute | undefined {
  const { daemon, bgp, internal } = speaker
  if (isLoop(speaker, attributes)) return undefined
  return sharedRoute(attributes, {
    net,
    source: 'RTS_BGP',
    protocol: speaker.name,
    preference: 100,
    to: daemon.table.resolve(attributes.nextHop),
    bgp: attributes,
    from: speaker.neighbour,
    ...(peerId === undefined ? {} : { fromId: peerId }),
    internal,
    ...(internal && bgp.routeReflectorClient ? { client: clusterId(speaker) } : {}),
    changedMs: daemon.process.now(),
  })
}

/** Our AS in its path more often than allowed, our id as its originator, our cluster among those that it has been through. */
function isLoop(speaker: Speaker, { asPath, originatorId, clusterList }: BgpAttributes): boolean {
  const { daemon, bgp } = speaker
  const own = asPath.filter((as) => as === bgp.localAs).length
  if (own > bgp.allowLocalAs) return true
  if (originatorId === daemon.config.routerId) return true
  return bgp.routeReflectorClient && clusterList?.includes(clusterId(speaker)) === true
}
