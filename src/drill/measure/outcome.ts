import type { Debrief } from '#drill/measure/debrief.ts'
import type { Scenario } from '#drill/scenario/types.ts'

/** What is kept of a game for comparisons: times after the page in virtual ms, and where it went wrong. */
export interface Outcome {
  readonly closedAfterMs: number
  readonly diagnosedAfterMs?: number | undefined
  readonly mitigatedAfterMs?: number | undefined
  readonly repairedAfterMs?: number | undefined
  readonly requests: number
  readonly lost: number
  readonly hints: number
  /** Every round in which something was chosen; `wrong`: the letters that were not recommended. */
  readonly rounds: readonly {
    readonly round: number
    readonly title: string
    readonly wrong: readonly string[]
  }[]
  readonly evidence: readonly { readonly what: string; readonly state: 'open' | 'seen' | 'destroyed' }[]
}

export function outcomeOf(
  { replay: { rounds } }: Pick<Scenario, 'replay'>,
  debrief: Debrief,
  o: { readonly hints: number },
): Outcome {
  const { closedAfterMs, diagnosedAfterMs, mitigatedAfterMs, repairedAfterMs, customers, evidence } = debrief
  return {
    closedAfterMs,
    ...(diagnosedAfterMs === undefined ? {} : { diagnosedAfterMs }),
    ...(mitigatedAfterMs === undefined ? {} : { mitigatedAfterMs }),
    ...(repairedAfterMs === undefined ? {} : { repairedAfterMs }),
    requests: customers.requests,
    lost: customers.lost,
    hints: o.hints,
    rounds: rounds.flatMap(({ number, title, choices }) => {
      const chosen = debrief.moves.flatMap(({ round, move }) =>
        round === number && move.move === 'choose' ? [move.letter] : [],
      )
      const wrong = chosen.filter(
        (letter) => choices.find((each) => each.letter === letter)?.recommended !== true,
      )
      return chosen.length === 0 ? [] : [{ round: number, title, wrong }]
    }),
    evidence: evidence.map(({ what, is }) => ({ what, state: is.state })),
  }
}
