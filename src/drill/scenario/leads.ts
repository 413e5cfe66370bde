/** Where choices lead. */
import type { Leads, Scenario } from '#drill/scenario/types.ts'

/** Of a choice in the round at `index`; a round that does not say leads on. */
export const leadsOf = ({ rounds }: Pick<Scenario, 'rounds'>, index: number, letter: string): Leads =>
  rounds[index]?.choices[letter]?.leads ?? 'next'

/** The index of the round in which a game goes on after the one at `index`; past the last one where it ends. */
export const roundAfter = (index: number, leads: Exclude<Leads, 'again'>): number =>
  leads === 'end' ? Number.POSITIVE_INFINITY : leads === 'next' ? index + 1 : leads.round - 1
