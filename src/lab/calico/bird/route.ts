import { equal } from '#base/equal.ts'
import { remembering } from '#base/remember.ts'
import { toNumber } from '#lab/calico/bird/prefix.ts'

/** Routes as BIRD's table holds them. */

export type RouteSource = 'RTS_STATIC' | 'RTS_DEVICE' | 'RTS_INHERIT' | 'RTS_BGP'

export type Destination =
  | { readonly kind: 'router'; readonly gateway: string; readonly device: string }
  | { readonly kind: 'device'; readonly device: string }
  | { readonly kind: 'blackhole' }
  | { readonly kind: 'unreachable' }

export interface BgpAttributes {
  readonly origin: 'IGP' | 'EGP' | 'Incomplete'
  readonly asPath: readonly number[]
  readonly nextHop: string
  readonly localPref?: number
  readonly originatorId?: string
  readonly clusterList?: readonly string[]
  /** `(64512,100)` and large ones `(64512, 1, 2)`, as BIRD writes them. */
  readonly communities?: readonly string[]
  readonly largeCommunities?: readonly string[]
}

export interface BirdRoute {
  readonly net: string
  readonly source: RouteSource
  /** The protocol instance that brought it. */
  readonly protocol: string
  readonly preference: number
  readonly to: Destination
  readonly bgp?: BgpAttributes
  /** The neighbour it was heard from. */
  readonly from?: string
  /** The neighbour's router id, to break ties. */
  readonly fromId?: string
  /** Heard from a neighbour of our own AS. */
  readonly internal?: boolean
  /** The cluster id under which it came from a client of this route reflector. */
  readonly client?: string
  readonly metric?: number
  readonly tunnel?: string
  readonly changedMs: number
}

/** Whether `a` wins over `b` for the same network (`bird:nest/rt-table.c` rte_better, `bird:proto/bgp/attrs.c`). */
export function isBetter(a: BirdRoute, b: BirdRoute): boolean {
  if (a.preference !== b.preference) return a.preference > b.preference
  if (a.to.kind === 'unreachable' || b.to.kind === 'unreachable') {
    if (a.to.kind !== b.to.kind) return b.to.kind === 'unreachable'
  }
  if (a.bgp && b.bgp) return isBetterBgp(a, a.bgp, b, b.bgp)
  return a.protocol < b.protocol
}

const origins = ['IGP', 'EGP', 'Incomplete'] as const

/** `bgp_rte_better`. Not imitated: multi-exit discriminators, metrics of the way to the next hop, AIGP. */
function isBetterBgp(a: BirdRoute, bgpA: BgpAttributes, b: BirdRoute, bgpB: BgpAttributes): boolean {
  const byRank =
    (bgpB.localPref ?? 100) - (bgpA.localPref ?? 100) ||
    bgpA.asPath.length - bgpB.asPath.length ||
    origins.indexOf(bgpA.origin) - origins.indexOf(bgpB.origin)
  if (byRank !== 0) return byRank < 0
  if (a.internal !== b.internal) return b.internal === true
  const byId =
    compareIds(bgpA.originatorId ?? a.fromId, bgpB.originatorId ?? b.fromId) ||
    (bgpA.clusterList?.length ?? 0) - (bgpB.clusterList?.length ?? 0) ||
    compareIds(a.from, b.from)
  return byId < 0
}

/** Router ids and addresses are numbers: 10.0.0.9 comes before 10.0.0.10. */
export const compareIds = (a: string | undefined, b: string | undefined): number =>
  a === b ? 0 : idNumber(a ?? '0.0.0.0') - idNumber(b ?? '0.0.0.0')

const idNumber = remembering((id) => toNumber(id), { max: 16_384 })

/** Whether two routes say the same, apart from when they came. */
export function sameRoute(a: BirdRoute, b: BirdRoute): boolean {
  return (
    a.preference === b.preference &&
    a.source === b.source &&
    a.protocol === b.protocol &&
    a.metric === b.metric &&
    a.tunnel === b.tunnel &&
    a.from === b.from &&
    a.fromId === b.fromId &&
    a.client === b.client &&
    equal(a.to, b.to) &&
    equal(a.bgp, b.bgp)
  )
}

/**
 * The same route, taken from whoever heard the same at the same time: what a reflector tells a thousand neighbours is kept
 * once. Only the last few are compared, so that many who differ cost little.
 */
export function sharedRoute(told: BgpAttributes, route: BirdRoute): BirdRoute {
  const known = heard.get(told)
  const same = known?.find(
    (each) => each.net === route.net && each.changedMs === route.changedMs && sameRoute(each, route),
  )
  if (same !== undefined) return same
  if (known === undefined) heard.set(told, [route])
  else {
    if (known.length >= heardMax) known.shift()
    known.push(route)
  }
  return route
}

const heard = new WeakMap<BgpAttributes, BirdRoute[]>()
const heardMax = 4
