/** Blast radius over time, for people who read text: lines of blocks, and a table of a few moments. */
import { type Blast, type BlastSeries, peakOf, shareLost } from '#drill/measure/blast.ts'
import { sparkline } from '#report/drill/sparkline.ts'
import { offsetText } from '#report/drill/timeline.ts'

export interface BlastLine {
  readonly head: string
  /** One block for each stretch of time. */
  readonly line: string
  /** The largest value, with its unit. */
  readonly peak: string
}

/** What is always drawn, and what is drawn where it was ever more than nothing. All lines have the same time line. */
export function blastLines({ played, alone }: Blast, width: number): readonly BlastLine[] {
  const peak = peakOf(played)
  const lost = (head: string, series: BlastSeries): BlastLine => ({
    head,
    line: sparkline(series.traffic.map(shareLost), { max: 1, width }),
    peak: percent(peakOf(series).share),
  })
  const cluster = (head: string, of: keyof Omit<Extent, 'afterMs'>, unit: string): readonly BlastLine[] =>
    peak[of] === 0
      ? []
      : [
          {
            head,
            line: sparkline(
              atStretches(played).map((each) => each[of]),
              { max: peak[of], width },
            ),
            peak: `${peak[of]} ${unit}${peak[of] === 1 ? '' : 's'}`,
          },
        ]
  return [
    lost('lost', played),
    ...(alone === undefined ? [] : [lost('left alone', alone)]),
    ...(peak.tiersDown === 0
      ? []
      : [
          {
            head: 'tiers down',
            line: sparkline(
              played.traffic.map(({ tiersDown }) => tiersDown),
              { max: 3, width },
            ),
            peak: `${peak.tiersDown} of 3`,
          },
        ]),
    ...cluster('not ready', 'podsNotReady', 'pod'),
    ...cluster('cut off', 'nodesCutOff', 'node'),
  ]
}

/** `from -8m to +12m, 20s a block` */
export function spanText({ played: { traffic }, stepMs, endAfterMs }: Blast, width: number): string {
  const first = traffic[0]?.afterMs ?? 0
  const perBlockMs = (stepMs * traffic.length) / Math.max(1, Math.min(width, traffic.length))
  return `from ${offsetText(first)} to ${offsetText(endAfterMs)} of the page, ${offsetText(perBlockMs).slice(1)} a block`
}

export interface BlastRow {
  readonly after: string
  readonly lost: string
  readonly alone?: string
  readonly tiersDown: number
  readonly podsNotReady: number
  readonly nodesCutOff: number
}

/** At most `max` stretches of equal length. */
export function blastRows({ played, alone }: Blast, max: number): readonly BlastRow[] {
  const { traffic } = played
  const size = Math.max(1, Math.ceil(traffic.length / max))
  const cluster = atStretches(played)
  return Array.from({ length: Math.ceil(traffic.length / size) }, (_, row) => {
    const part = <T>(all: readonly T[]): readonly T[] => all.slice(row * size, (row + 1) * size)
    const own = part(traffic)
    const extents = part(cluster)
    return {
      after: offsetText(own[0]?.afterMs ?? 0),
      lost: percent(shareOf(own)),
      ...(alone === undefined ? {} : { alone: percent(shareOf(part(alone.traffic))) }),
      tiersDown: Math.max(0, ...own.map(({ tiersDown }) => tiersDown)),
      podsNotReady: Math.max(0, ...extents.map(({ podsNotReady }) => podsNotReady)),
      nodesCutOff: Math.max(0, ...extents.map(({ nodesCutOff }) => nodesCutOff)),
    }
  })
}

const shareOf = (stretches: BlastSeries['traffic']): number =>
  shareLost({
    requests: stretches.reduce((sum, { requests }) => sum + requests, 0),
    lost: stretches.reduce((sum, { lost }) => sum + lost, 0),
  })

const percent = (share: number): string => `${Math.round(share * 100)} %`

type Extent = BlastSeries['cluster'][number]

/** The most that was noted in each stretch of traffic; where nothing was, it stands as it was noted last. */
function atStretches({ traffic, cluster }: BlastSeries): readonly Omit<Extent, 'afterMs'>[] {
  const left = [...cluster]
  let last: Omit<Extent, 'afterMs'> = { podsNotReady: 0, nodesCutOff: 0 }
  return traffic.map((_, index) => {
    const endMs = traffic[index + 1]?.afterMs ?? Number.POSITIVE_INFINITY
    let most: Omit<Extent, 'afterMs'> | undefined
    while (left[0] !== undefined && left[0].afterMs < endMs) {
      last = left.shift() as Extent // it is there
      most = {
        podsNotReady: Math.max(most?.podsNotReady ?? 0, last.podsNotReady),
        nodesCutOff: Math.max(most?.nodesCutOff ?? 0, last.nodesCutOff),
      }
    }
    return most ?? last
  })
}
