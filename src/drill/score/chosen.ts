import type { Choice } from '#drill/replay/types.ts'
import type { Scenario } from '#drill/scenario/types.ts'

/** A choice with the round in which it is made. */
export interface Chosen {
  readonly round: number
  readonly choice: Choice
}

/** What letters stand for, in the order in which a game asks for them. Those that no round offers are left out. */
export function chosen(
  { replay, rounds }: Pick<Scenario, 'replay' | 'rounds'>,
  letters: readonly string[],
): readonly Chosen[] {
  const found: Chosen[] = []
  let at = 0
  for (const letter of letters) {
    // A round that only lists what is done asks for no letter.
    while (replay.rounds[at]?.choices.length === 0) at++
    const round = replay.rounds[at]
    const choice = round?.choices.find((each) => each.letter === letter)
    if (round === undefined || choice === undefined) continue
    found.push({ round: round.number, choice })
    const leads = rounds[at]?.choices[letter]?.leads ?? 'next'
    if (leads === 'end') break
    if (leads !== 'again') at = leads === 'next' ? at + 1 : leads.round - 1
  }
  return found
}
