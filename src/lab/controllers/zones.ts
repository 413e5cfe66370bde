import type { InformerChange } from '#lab/api/informer.ts'
import type { Node } from '#lab/api/objects.ts'

/** How much of a zone (or of all zones) is not ready: pkg/controller/nodelifecycle/node_lifecycle_controller.go ComputeZoneState. */
export type ZoneState = 'normal' | 'partial-disruption' | 'full-disruption'

/** From this share of a zone's nodes on that are not ready, and more than two, it counts as disrupted. */
const unhealthyShare = 0.55
/** Up to so many nodes nothing is evicted from a disrupted zone. */
const smallClusterMax = 50
const everyMs = 10_000
const everyMsReduced = 100_000

interface Zone {
  ready: number
  notReady: number
  /** When the next node may get a NoExecute taint. */
  nextMs: number
}

/** The zones of a cluster, counted as their nodes change, and how fast their nodes may be emptied. */
export class Zones {
  readonly #zones = new Map<string, Zone>()

  /** To be told of every change of the cache of nodes. */
  apply({ type, object, previous }: InformerChange<Node>): void {
    if (previous !== undefined) this.#count(previous, -1)
    if (type !== 'DELETED') this.#count(object, 1)
  }

  stateOf(node: Node): ZoneState {
    return stateOf(this.#of(node))
  }

  /** Not a node is ready anywhere: then the fault is taken to be the controller's own, and nobody is evicted. */
  get allDisrupted(): boolean {
    const living = [...this.#zones.values()].filter(({ ready, notReady }) => ready + notReady > 0)
    return living.length > 0 && living.every((zone) => stateOf(zone) === 'full-disruption')
  }

  /** In how many ms a node's pods may be evicted; 0: now, and the zone's next turn is taken; undefined: not while things are as they are. */
  turn(node: Node, nowMs: number): number | undefined {
    const zone = this.#of(node)
    const pace = this.#paceMs(zone)
    if (pace === undefined) return undefined
    if (zone.nextMs > nowMs) return zone.nextMs - nowMs
    zone.nextMs = nowMs + pace
    return 0
  }

  #paceMs(zone: Zone): number | undefined {
    if (this.allDisrupted) return undefined
    if (stateOf(zone) !== 'partial-disruption') return everyMs
    const nodes = [...this.#zones.values()].reduce((sum, { ready, notReady }) => sum + ready + notReady, 0)
    return nodes > smallClusterMax ? everyMsReduced : undefined
  }

  #count(node: Node, by: number): void {
    const zone = this.#of(node)
    if (isReady(node)) zone.ready += by
    else zone.notReady += by
  }

  #of({ metadata: { labels } }: Node): Zone {
    const key = `${labels?.['topology.kubernetes.io/region'] ?? ''}:${labels?.['topology.kubernetes.io/zone'] ?? ''}`
    const known = this.#zones.get(key)
    if (known !== undefined) return known
    const fresh = { ready: 0, notReady: 0, nextMs: 0 }
    this.#zones.set(key, fresh)
    return fresh
  }
}

function stateOf({ ready, notReady }: Zone): ZoneState {
  if (notReady > 0 && ready === 0) return 'full-disruption'
  return notReady > 2 && notReady / (ready + notReady) >= unhealthyShare ? 'partial-disruption' : 'normal'
}

const isReady = ({ status }: Node): boolean =>
  status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
