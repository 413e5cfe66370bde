/** The best and the worst that can be done with a scenario's choices, found by playing them. */
import { lost, trafficOf } from '#drill/measure/traffic.ts'
import { Drill } from '#drill/play/drill.ts'
import { playPath } from '#drill/play/path.ts'
import type { Leads, Scenario } from '#drill/scenario/types.ts'
import type { Measured, Reach } from '#drill/score/score.ts'
import type { Backstage } from '#drill/stage/ports.ts'

export interface PlayedPath extends Measured {
  /** Letters in the order of the rounds. */
  readonly letters: readonly string[]
}

export interface Searched extends Reach {
  readonly best: PlayedPath
  readonly worst: PlayedPath
  readonly played: number
}

/**
 * Plays the recommended path, each path with one choice more, and those with every wrong choice; the quickest repair is the best,
 * and among equals the one that lost fewer requests. Takes some seconds a path.
 */
export async function searchPaths(
  scenario: Scenario,
  backstage: Backstage,
  onPath: (path: PlayedPath) => void = () => {},
): Promise<Searched> {
  const played: PlayedPath[] = []
  for (const letters of candidates(scenario)) {
    const path = { letters, ...(await measured(scenario, backstage, letters)) }
    onPath(path)
    played.push(path)
  }
  const ranked = played.sort((a, b) => a.minutes - b.minutes || a.lost - b.lost)
  const [best, worst] = [ranked[0], ranked.at(-1)]
  if (best === undefined || worst === undefined) throw new RangeError('a scenario has a path')
  return {
    best,
    worst: { ...worst, lost: Math.max(...played.map((path) => path.lost)) },
    played: played.length,
  }
}

/**
 * Distinct paths: the recommended one, each with one choice more, and those with every wrong choice that leaves its round open. Where a
 * choice leads out of its round for good, a path ends with it or goes on behind what it leaves out.
 */
export function candidates(scenario: Pick<Scenario, 'replay' | 'rounds'>): readonly (readonly string[])[] {
  const choices = scenario.replay.rounds.map((round) => round.choices)
  const right = choices.map((all) => all.find(({ recommended }) => recommended)?.letter ?? 'A')
  const wrong = choices.map((all) =>
    all.filter(({ recommended }) => !recommended).map(({ letter }) => letter),
  )
  const stays = (round: number): readonly string[] =>
    (wrong[round] ?? []).filter((letter) => scenario.rounds[round]?.choices[letter]?.leads === 'again')
  const path = (before: (round: number) => readonly string[]): readonly string[] =>
    walked(scenario, (round) => [...before(round), right[round] ?? 'A'])
  const single = wrong.flatMap((letters, at) =>
    letters.map((letter) => path((round) => (round === at ? [letter] : []))),
  )
  const leaving = wrong.flatMap((letters, at) =>
    letters
      .filter((letter) => !stays(at).includes(letter))
      .map((letter) =>
        path((round) => (round === at ? [...stays(at), letter] : round < at ? stays(round) : [])),
      ),
  )
  return [path(() => []), ...single, path(stays), path((round) => [...stays(round)].reverse()), ...leaving]
}

/** The letters that are really asked for, of those that somebody means to choose in each round. */
function walked(
  { replay, rounds }: Pick<Scenario, 'replay' | 'rounds'>,
  meant: (round: number) => readonly string[],
): readonly string[] {
  const letters: string[] = []
  for (let round = 0; round < rounds.length; ) {
    if ((replay.rounds[round]?.choices.length ?? 0) === 0) {
      round += 1
      continue
    }
    const tried = triedIn(meant(round), (letter) => rounds[round]?.choices[letter]?.leads ?? 'next')
    letters.push(...tried.letters)
    if (tried.leads === 'end') return letters
    round = typeof tried.leads === 'object' ? tried.leads.round - 1 : round + 1
  }
  return letters
}

/** Up to the first letter that leads out of the round. */
function triedIn(
  letters: readonly string[],
  leadsOf: (letter: string) => Leads,
): { readonly letters: readonly string[]; readonly leads: Leads } {
  const last = letters.findIndex((letter) => leadsOf(letter) !== 'again')
  const leads = last < 0 ? 'next' : leadsOf(letters[last] as string) // an index of a letter that was found
  return { letters: last < 0 ? letters : letters.slice(0, last + 1), leads }
}

async function measured(
  scenario: Scenario,
  backstage: Backstage,
  letters: readonly string[],
): Promise<Measured> {
  const drill = await Drill.begin(scenario, backstage, { seed: 'paths', beside: 'nothing' })
  try {
    await playPath(drill, letters)
    const { lab, struckAtMs } = drill.stage
    const lastIll = drill.moments.findLastIndex(({ well }) => !well)
    const repairedAtMs = drill.moments[lastIll + 1]?.atMs ?? lab.nowMs
    return {
      minutes: Math.round((repairedAtMs - scenario.pagedAtMs) / 6000) / 10,
      lost: lost(await trafficOf(lab, struckAtMs)),
    }
  } finally {
    await drill.shutdown()
  }
}
