import type { Choice } from '#drill/replay/types.ts'
import { leadsOf, roundAfter } from '#drill/scenario/leads.ts'
import type { Scenario } from '#drill/scenario/types.ts'

/** A choice with the round in which it is made. */
export interface Chosen {
  readonly round: number
  readonly choice: Choice
}

/** What letters stand for, in the order in which a game asks for them. Those that no round offers are left out. */
export function chosen(
  scenario: Pick<Scenario, 'replay' | 'rounds'>,
  letters: readonly string[],
): readonly Chosen[] {
  const { rounds } = scenario.replay
  const found: Chosen[] = []
  let at = 0
  for (const letter of letters) {
    // A round that only lists what is done asks for no letter.
    while (rounds[at]?.choices.length === 0) at++
    const round = rounds[at]
    const choice = round?.choices.find((each) => each.letter === letter)
    if (round === undefined || choice === undefined) continue
    found.push({ round: round.number, choice })
    const leads = leadsOf(scenario, at, letter)
    if (leads !== 'again') at = roundAfter(at, leads)
  }
  return found
}
