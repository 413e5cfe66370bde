/** Ways through a scenario's choices, written as what is tried in each round. */
import { shuffled } from '#drill/play/shuffled.ts'
import { leadsOf, roundAfter } from '#drill/scenario/leads.ts'
import type { Scenario } from '#drill/scenario/types.ts'

/** Of a round: choices that lead nowhere, in their order, and then the one that leads on. */
export interface RoundPlan {
  readonly before: readonly string[]
  readonly by: string
}

/** One for each round of the scenario; a round that only lists what is done has none. */
export type Plan = readonly (RoundPlan | undefined)[]

type Choices = Pick<Scenario, 'replay' | 'rounds'>

/** As long as a game may be: a scenario whose choices lead in a circle has no end. */
const lettersMax = 100

/** As many ways of leading on as are looked at. */
const onwardMax = 8

/** What leads on without a detour: the recommended choice of each round first, and then others with which the game goes on too. */
export function straight(scenario: Choices): readonly Plan[] {
  let plans: readonly Plan[] = [[]]
  for (const index of scenario.replay.rounds.keys()) {
    const onward = leadingOn(scenario, index)
    const next = onward.length === 0 ? [undefined] : onward.map((by) => ({ before: [], by }))
    plans = next.flatMap((round) => plans.map((plan) => [...plan, round]))
  }
  return plans.slice(0, onwardMax)
}

/** In each round one choice after the other, as a die would have it, until one leads on. */
export const byChance = (scenario: Choices, seed: string): Plan =>
  scenario.replay.rounds.map(({ number, choices }, index) => {
    const onward = leadingOn(scenario, index)
    const order = shuffled(choices, `${seed} round ${number}`).map(({ letter }) => letter)
    const by = order.find((letter) => onward.includes(letter))
    return by === undefined ? undefined : { before: order.slice(0, order.indexOf(by)), by }
  })

/** The plan with every choice that leads nowhere taken first. */
export const withAllDetours = (scenario: Choices, plan: Plan): Plan =>
  plan.map((round, index) => round && { ...round, before: detours(scenario, index) })

/** The plan with one detour more, one plan for each that it does not take. */
export const withOneMore = (scenario: Choices, plan: Plan): readonly Plan[] =>
  eachRound(plan, (round, index) =>
    detours(scenario, index)
      .filter((letter) => !round.before.includes(letter))
      .map((letter) => ({ ...round, before: [...round.before, letter] })),
  )

/** Plans that differ little from it: one detour less, or one taken first. */
export const neighbours = (plan: Plan): readonly Plan[] =>
  eachRound(plan, (round) =>
    round.before.flatMap((letter, at) => {
      const others = round.before.filter((each) => each !== letter)
      const less = { ...round, before: others }
      return at === 0 ? [less] : [less, { ...round, before: [letter, ...others] }]
    }),
  )

/** The letters in the order in which a game asks for them; undefined where it would never end. */
export function lettersOf(scenario: Choices, plan: Plan): readonly string[] | undefined {
  const letters: string[] = []
  let at = 0
  while (at < scenario.replay.rounds.length) {
    if (letters.length > lettersMax) return undefined
    const round = plan[at]
    if (round !== undefined) letters.push(...round.before, round.by)
    const leads = round === undefined ? 'next' : leadsOf(scenario, at, round.by)
    at = roundAfter(at, leads === 'again' ? 'next' : leads) // what a round ends with leads on
  }
  return letters
}

const eachRound = (
  plan: Plan,
  others: (round: RoundPlan, index: number) => readonly RoundPlan[],
): readonly Plan[] =>
  plan.flatMap((round, index) =>
    round === undefined ? [] : others(round, index).map((other) => plan.with(index, other)),
  )

function leadingOn(scenario: Choices, index: number): readonly string[] {
  const choices = scenario.replay.rounds[index]?.choices ?? []
  const onward = choices.filter(({ letter }) => leadsOf(scenario, index, letter) !== 'again')
  return [...onward].sort((a, b) => Number(b.recommended) - Number(a.recommended)).map(({ letter }) => letter)
}

const detours = (scenario: Choices, index: number): readonly string[] =>
  (scenario.replay.rounds[index]?.choices ?? [])
    .map(({ letter }) => letter)
    .filter((letter) => leadsOf(scenario, index, letter) === 'again')
