/** Blast radius over time: what customers lost and how far the cluster was gone, beside the same incident left alone. */
import type { Extent } from '#drill/measure/extent.ts'
import { type Traffic, tiers } from '#drill/measure/traffic.ts'

/** Times count from the page, in virtual ms. */
export interface Blast {
  /** Of each stretch of traffic. */
  readonly stepMs: number
  /** When the last stretch ends, whole or not. */
  readonly endAfterMs: number
  readonly played: BlastSeries
  /** Had nobody done anything; where that was measured too. */
  readonly alone?: BlastSeries
}

export interface BlastSeries {
  /** Stretches without gaps, from what broke to the end. */
  readonly traffic: readonly BlastStretch[]
  /** The cluster at the moments at which it was looked at. */
  readonly cluster: readonly {
    readonly afterMs: number
    readonly podsNotReady: number
    readonly nodesCutOff: number
  }[]
}

export interface BlastStretch {
  /** At its beginning. */
  readonly afterMs: number
  readonly requests: number
  readonly lost: number
  /** Tiers that no request reached; none where there was no request. */
  readonly tiersDown: number
}

export interface Observed {
  readonly traffic: Traffic
  readonly extents: readonly Extent[]
}

const stepMs = 20_000

export function blastOf(
  span: { readonly struckAtMs: number; readonly pagedAtMs: number; readonly endMs: number },
  { played, alone }: { readonly played: Observed; readonly alone?: Observed | undefined },
): Blast {
  const series = ({ traffic, extents }: Observed): BlastSeries => ({
    traffic: stretches(traffic, span),
    cluster: extents.map(({ atMs, ...extent }) => ({ afterMs: atMs - span.pagedAtMs, ...extent })),
  })
  return {
    stepMs,
    endAfterMs: span.endMs - span.pagedAtMs,
    played: series(played),
    ...(alone === undefined ? {} : { alone: series(alone) }),
  }
}

function stretches(
  { visits }: Traffic,
  { struckAtMs, pagedAtMs, endMs }: { struckAtMs: number; pagedAtMs: number; endMs: number },
): readonly BlastStretch[] {
  const indexOf = (atMs: number): number => Math.floor((atMs - struckAtMs) / stepMs)
  const within = Map.groupBy(visits, ({ atMs }) => indexOf(atMs))
  return Array.from({ length: Math.max(1, Math.ceil((endMs - struckAtMs) / stepMs)) }, (_, index) => {
    const some = within.get(index) ?? []
    return {
      afterMs: struckAtMs + index * stepMs - pagedAtMs,
      requests: some.length,
      lost: some.filter(({ ok }) => !ok).length,
      tiersDown:
        some.length === 0
          ? 0
          : tiers.filter((tier) => !some.some(({ reached }) => reached.includes(tier))).length,
    }
  })
}

/** The largest extent of a series: `{ share: 0.4, tiersDown: 2, podsNotReady: 3, nodesCutOff: 1 }`. */
export function peakOf({ traffic, cluster }: BlastSeries): {
  readonly share: number
  readonly tiersDown: number
  readonly podsNotReady: number
  readonly nodesCutOff: number
} {
  const max = (values: readonly number[]): number => Math.max(0, ...values)
  return {
    share: max(traffic.map(shareLost)),
    tiersDown: max(traffic.map(({ tiersDown }) => tiersDown)),
    podsNotReady: max(cluster.map((each) => each.podsNotReady)),
    nodesCutOff: max(cluster.map((each) => each.nodesCutOff)),
  }
}

/** Of a stretch's requests; 0 where there was none. */
export const shareLost = ({ requests, lost }: Pick<BlastStretch, 'requests' | 'lost'>): number =>
  requests === 0 ? 0 : lost / requests
