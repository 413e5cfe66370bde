import type { Duration } from '#drill/replay/types.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import type { Reach } from '#drill/score/score.ts'

const minutesIn = { seconds: 1 / 60, minutes: 1, hours: 60, days: 1440 } as const

/** The author's figures for the best and the worst path, until a search has measured them. */
export function reachOf({ replay: { damage } }: Pick<Scenario, 'replay'>): Reach {
  const minutes = (amount: Duration | undefined, otherwise: number): number =>
    amount === undefined ? otherwise : amount.value * minutesIn[amount.unit]
  const best = minutes(damage.optimal.amount, 15)
  return {
    best: { minutes: best, lost: 0 },
    worst: { minutes: minutes(damage.worst.amount, 4 * best), lost: 0 },
  }
}
