import type { Announcement, BgpMessage } from '#lab/calico/bird/bgp/messages.ts'
import type { BgpConfig } from '#lab/calico/bird/config/model.ts'
import type { Daemon } from '#lab/calico/bird/daemon.ts'
import type { BgpAttributes, BirdRoute } from '#lab/calico/bird/route.ts'

/** What the exchange of routes needs to know of its session. */
export interface Speaker {
  readonly daemon: Daemon
  readonly name: string
  readonly neighbour: string
  readonly internal: boolean
  readonly bgp: BgpConfig
  export(route: BirdRoute): BirdRoute | undefined
}

/** Tells a neighbour our best routes, each once, and what became of them. */
export class Exporter {
  readonly #speaker: Speaker
  readonly #send: (message: BgpMessage) => void
  readonly #sent = new Map<string, string>()
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

  announce(net: string): void {
    const attributes = this.#attributes(net)
    const text = attributes && JSON.stringify(attributes)
    if (text === this.#sent.get(net)) return
    if (attributes && text) {
      this.#sent.set(net, text)
      this.#announce.push({ net, attributes })
    } else {
      this.#sent.delete(net)
      this.#withdraw.push(net)
    }
    if (this.#scheduled) return
    this.#scheduled = true
    this.#speaker.daemon.soon(() => this.#flush())
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
    const route = this.#speaker.export(best)
    return route && outgoing(route, this.#speaker)
  }
}

/** `bgp_import_control`: nothing goes back where it came from; between internal neighbours only a reflector passes on. */
function mayPass(route: BirdRoute, speaker: Speaker): boolean {
  if (route.protocol === speaker.name) return false
  if (route.source !== 'RTS_BGP' || !route.internal || !speaker.internal) return true
  return speaker.bgp.routeReflectorClient
}

/** What is written on a route when it leaves (`bird:proto/bgp/attrs.c` bgp_create_attrs, bgp_update_attrs). */
function outgoing(route: BirdRoute, { bgp, internal, daemon }: Speaker): BgpAttributes {
  const own = bgp.source ?? daemon.config.routerId
  const was = route.bgp
  const keeps = was !== undefined && was.nextHop !== '' && (internal || bgp.nextHop === 'keep')
  const path = was?.asPath ?? []
  return {
    origin: was?.origin ?? 'IGP',
    asPath: internal || bgp.localAs === undefined ? path : [bgp.localAs, ...path],
    nextHop: keeps && bgp.nextHop !== 'self' ? was.nextHop : own,
    ...(internal ? { localPref: was?.localPref ?? 100 } : {}),
    ...reflected(route, internal, bgp.clusterId ?? daemon.config.routerId),
  }
}

function reflected(route: BirdRoute, internal: boolean, cluster: string): Partial<BgpAttributes> {
  if (!internal || route.source !== 'RTS_BGP' || !route.internal) return {}
  const originatorId = route.bgp?.originatorId ?? route.fromId
  return {
    ...(originatorId === undefined ? {} : { originatorId }),
    clusterList: [cluster, ...(route.bgp?.clusterList ?? [])],
  }
}

/** The route as it enters our table; undefined when it loops. */
export function importable(
  speaker: Speaker,
  { net, attributes }: Announcement,
  peerId: string | undefined,
): BirdRoute | undefined {
  const { daemon, bgp } = speaker
  if (bgp.localAs !== undefined && attributes.asPath.includes(bgp.localAs)) return undefined
  if (attributes.originatorId === daemon.config.routerId) return undefined
  if (attributes.clusterList?.includes(bgp.clusterId ?? daemon.config.routerId)) return undefined
  return {
    net,
    source: 'RTS_BGP',
    protocol: speaker.name,
    preference: 100,
    to: daemon.table.resolve(attributes.nextHop),
    bgp: attributes,
    from: speaker.neighbour,
    ...(peerId === undefined ? {} : { fromId: peerId }),
    internal: speaker.internal,
    changedMs: daemon.process.now(),
  }
}
