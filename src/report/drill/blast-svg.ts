/** Blast radius over time as two curves under one time line: what customers lost, and how far the cluster was gone. */
import { type BlastSeries, peakOf, shareLost } from '#drill/measure/blast.ts'
import type { Debrief } from '#drill/measure/debrief.ts'
import { offsetText } from '#report/drill/timeline.ts'

/** In the drawing's own units. */
const left = 60
const width = 700
/** Half of the last time's words. */
const right = 24
const upper = { top: 16, height: 90 }
const lower = { top: 130, height: 50 }
const bottom = lower.top + lower.height

interface Point {
  readonly afterMs: number
  /** 0 to 1 of the curve's height. */
  readonly share: number
}

/** Nothing in it but numbers and our own words. */
export function blastSvg(debrief: Debrief): string {
  const { blast, moves, closedAfterMs, pagedAtMs, struckAtMs } = debrief
  const span = { fromMs: struckAtMs - pagedAtMs, toMs: Math.max(1, closedAfterMs) }
  const x = (afterMs: number): string =>
    (left + (width * (afterMs - span.fromMs)) / (span.toMs - span.fromMs)).toFixed(1)
  const line = (kind: string, points: readonly Point[], { top, height }: typeof upper): string =>
    points.length === 0
      ? ''
      : `<polyline class="${kind}" points="${points.map(({ afterMs, share }) => `${x(afterMs)},${(top + height * (1 - share)).toFixed(1)}`).join(' ')}"/>`
  const upright = (kind: string, afterMs: number): string =>
    `<line class="${kind}" x1="${x(afterMs)}" y1="${upper.top}" x2="${x(afterMs)}" y2="${bottom}"/>`
  const { played, alone } = blast
  const peak = peakOf(played)
  const most = Math.max(1, peak.podsNotReady, peak.nodesCutOff)
  const cluster = (of: 'podsNotReady' | 'nodesCutOff'): readonly Point[] =>
    stairs(
      played.cluster.map((each) => ({ afterMs: each.afterMs, share: each[of] / most })),
      span.toMs,
    )
  const lost = (series: BlastSeries): readonly Point[] => middles(series, shareLost, blast.stepMs, span.toMs)
  const down = middles(played, ({ tiersDown }) => tiersDown / 3, blast.stepMs, span.toMs)
  const label = (at: number, text: string): string =>
    `<text x="${left - 6}" y="${at + 4}" text-anchor="end">${text}</text>`
  return [
    `<svg viewBox="0 0 ${left + width + right} ${bottom + 46}" role="img" aria-label="blast radius over time: ${Math.round(peak.share * 100)} % of the requests lost at the worst, ${peak.podsNotReady} pods not ready, ${peak.nodesCutOff} nodes cut off">`,
    label(upper.top, '100 %'),
    label(upper.top + upper.height, '0 %'),
    label(lower.top, `${most}`),
    label(bottom, '0'),
    ...[upper, lower].map(
      ({ top, height }) =>
        `<line x1="${left}" y1="${top + height}" x2="${left + width}" y2="${top + height}"/>`,
    ),
    area(lost(played), x),
    line('tiers', down, upper),
    ...(alone === undefined ? [] : [line('alone', lost(alone), upper)]),
    line('lost', lost(played), upper),
    line('pods', cluster('podsNotReady'), lower),
    line('nodes', cluster('nodesCutOff'), lower),
    ...moves.map(({ endedAfterMs }) => upright('act', endedAfterMs)),
    upright('page', 0),
    ...ticks(span).map(
      (afterMs) =>
        `<text x="${x(afterMs)}" y="${bottom + 14}" text-anchor="middle">${afterMs === 0 ? 'page' : offsetText(afterMs)}</text>`,
    ),
    legend(alone !== undefined),
    '</svg>',
  ].join('')
}

function area(points: readonly Point[], x: (afterMs: number) => string): string {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return ''
  const floor = upper.top + upper.height
  const edge = points.map(
    ({ afterMs, share }) => `${x(afterMs)},${(upper.top + upper.height * (1 - share)).toFixed(1)}`,
  )
  return `<polygon class="area" points="${x(first.afterMs)},${floor} ${edge.join(' ')} ${x(last.afterMs)},${floor}"/>`
}

/** A stretch's value stands at its middle. */
const middles = (
  { traffic }: BlastSeries,
  share: (stretch: BlastSeries['traffic'][number]) => number,
  stepMs: number,
  toMs: number,
): readonly Point[] =>
  traffic.map((stretch) => ({
    afterMs: Math.min(toMs, stretch.afterMs + stepMs / 2),
    share: share(stretch),
  }))

/** What was noted holds until something else is. */
const stairs = (points: readonly Point[], toMs: number): readonly Point[] =>
  points.flatMap((point, index) => [
    point,
    { afterMs: points[index + 1]?.afterMs ?? toMs, share: point.share },
  ])

const steps = [1, 2, 5, 10, 20, 30, 60, 120, 240, 480, 1440].map((minutes) => minutes * 60_000)

/** At most nine round times, the page among them. */
function ticks({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): readonly number[] {
  const step = steps.find((each) => (toMs - fromMs) / each <= 8) ?? 1440 * 60_000
  const first = Math.ceil(fromMs / step)
  return Array.from({ length: Math.floor(toMs / step) - first + 1 }, (_, at) => (first + at) * step)
}

function legend(isAlone: boolean): string {
  const kinds = [
    ['lost', 'requests lost'],
    ...(isAlone ? [['alone', 'left alone']] : []),
    ['tiers', 'tiers down'],
    ['pods', 'pods not ready'],
    ['nodes', 'nodes cut off'],
    ['act', 'your acts'],
  ]
  return kinds
    .map(([kind, words], at) => {
      const from = left + at * 118
      const y = bottom + 36
      const mark =
        kind === 'act'
          ? `<line class="act" x1="${from + 8}" y1="${y - 10}" x2="${from + 8}" y2="${y}"/>`
          : `<polyline class="${kind}" points="${from},${y - 4} ${from + 16},${y - 4}"/>`
      return `${mark}<text x="${from + 20}" y="${y}">${words}</text>`
    })
    .join('')
}
