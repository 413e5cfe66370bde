/** Routes as BIRD's table holds them. */

import { equal } from '#base/equal.ts'

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
  if (a.bgp && b.bgp) return isBetterBgp(a, b)
  return a.protocol < b.protocol
}

function isBetterBgp(a: BirdRoute, b: BirdRoute): boolean {
  const byPref = (a.bgp?.localPref ?? 100) - (b.bgp?.localPref ?? 100)
  if (byPref !== 0) return byPref > 0
  const byPath = (a.bgp?.asPath.length ?? 0) - (b.bgp?.asPath.length ?? 0)
  if (byPath !== 0) return byPath < 0
  if (a.internal !== b.internal) return b.internal === true
  const idA = a.bgp?.originatorId ?? a.fromId ?? ''
  const idB = b.bgp?.originatorId ?? b.fromId ?? ''
  if (idA !== idB) return idA < idB
  return (a.from ?? '') < (b.from ?? '')
}

export const sameRoute = (a: BirdRoute, b: BirdRoute): boolean =>
  a.source === b.source &&
  a.preference === b.preference &&
  equal({ ...a, changedMs: 0 }, { ...b, changedMs: 0 })
