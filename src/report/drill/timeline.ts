/** What happened when, of a debrief: one list from which Markdown, HTML and people read. */
import { durationText } from '#base/duration.ts'
import type { Debrief, MoveRecord } from '#drill/measure/debrief.ts'
import type { Scenario } from '#drill/scenario/types.ts'

export interface TimelineEntry {
  /** Virtual ms after the page; before it: negative. */
  readonly afterMs: number
  readonly kind: 'broke' | 'paged' | 'escalated' | 'moved' | 'served' | 'balancer' | 'repaired' | 'closed'
  readonly says: string
}

/** In order of time. */
export function timelineOf(scenario: Scenario, debrief: Debrief): readonly TimelineEntry[] {
  const { pagedAtMs, struckAtMs, closedAfterMs, mitigatedAfterMs, repairedAfterMs } = debrief
  const { escalatesAfterMs, replay } = scenario
  const entries: TimelineEntry[] = [
    ...(scenario.strike === undefined
      ? []
      : [{ afterMs: struckAtMs - pagedAtMs, kind: 'broke' as const, says: `${scenario.strike.node} broke` }]),
    { afterMs: 0, kind: 'paged', says: 'you were paged' },
    ...(debrief.escalated && escalatesAfterMs !== undefined
      ? [{ afterMs: escalatesAfterMs, kind: 'escalated' as const, says: 'somebody else was woken' }]
      : []),
    ...debrief.moves.map((move) => ({
      afterMs: move.endedAfterMs,
      kind: 'moved' as const,
      says: movedText(move, replay),
    })),
    ...debrief.traffic.balanced.map(({ atMs, worker, in: isIn }) => ({
      afterMs: atMs - pagedAtMs,
      kind: 'balancer' as const,
      says: `the load balancer took ${worker} ${isIn ? 'in again' : 'out'}`,
    })),
    ...(mitigatedAfterMs === undefined
      ? []
      : [
          {
            afterMs: mitigatedAfterMs,
            kind: 'served' as const,
            says: 'from here on every customer was served',
          },
        ]),
    ...(repairedAfterMs === undefined
      ? []
      : [{ afterMs: repairedAfterMs, kind: 'repaired' as const, says: 'all was well, and stayed so' }]),
    { afterMs: closedAfterMs, kind: 'closed', says: 'the incident was closed' },
  ]
  return entries.sort((a, b) => a.afterMs - b.afterMs)
}

/** `+3m10s`, `-8m`; `0` at the page. */
export const offsetText = (afterMs: number): string =>
  Math.abs(afterMs) < 1000 ? '0' : `${afterMs < 0 ? '-' : '+'}${durationText(Math.abs(afterMs))}`

/** Letters occur once a round: which round it was is noted with the move. */
function movedText({ move, round }: MoveRecord, { rounds }: Scenario['replay']): string {
  const at = rounds.find(({ number }) => number === round)
  switch (move.move) {
    case 'choose':
      return `${move.letter}) ${at?.choices.find(({ letter }) => letter === move.letter)?.text ?? ''}`
    case 'act':
      return `${move.number}. ${at?.actions[move.number - 1]?.text ?? ''}`
    case 'close':
      return 'closed the checklist'
  }
}
