/** The best and the worst that can be done with a scenario's choices, found by playing them. */
import { lost, trafficOf } from '#drill/measure/traffic.ts'
import { Drill } from '#drill/play/drill.ts'
import { playPath } from '#drill/play/path.ts'
import type { Scenario } from '#drill/scenario/types.ts'
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

/** Distinct paths; where a choice leads elsewhere than to the next round, only those that go through all rounds. */
export function candidates({ replay }: Pick<Scenario, 'replay'>): readonly (readonly string[])[] {
  const rounds = replay.rounds.filter(({ choices }) => choices.length > 0)
  const right = rounds.map(({ choices }) => choices.find(({ recommended }) => recommended)?.letter ?? 'A')
  const wrong = rounds.map(({ choices }) =>
    choices.filter(({ recommended }) => !recommended).map(({ letter }) => letter),
  )
  const path = (before: (round: number) => readonly string[]): readonly string[] =>
    right.flatMap((letter, round) => [...before(round), letter])
  const oneMore = wrong.flatMap((letters, at) =>
    letters.map((letter) => path((round) => (round === at ? [letter] : []))),
  )
  return [
    path(() => []),
    ...oneMore,
    path((round) => wrong[round] ?? []),
    path((round) => [...(wrong[round] ?? [])].reverse()),
  ]
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
