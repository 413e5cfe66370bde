/** The best and the worst that can be done with a scenario's choices, found by playing them. */
import { lettersOf, neighbours, type Plan, straight, withAllDetours, withOneMore } from '#drill/lint/plans.ts'
import { debriefOf } from '#drill/measure/debrief.ts'
import { trialsOf } from '#drill/measure/trials.ts'
import { Drill } from '#drill/play/drill.ts'
import { playPath } from '#drill/play/path.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import type { Measured, Reach } from '#drill/score/score.ts'
import type { Backstage } from '#drill/stage/ports.ts'

export interface PlayedPath extends Measured {
  /** Letters in the order of the rounds. */
  readonly letters: readonly string[]
  /** Whether all was well at the end, and after everything that the scenario lets come then. */
  readonly lasts: boolean
}

export interface Searched extends Reach {
  readonly best: PlayedPath
  readonly worst: PlayedPath
  readonly played: number
}

/** As many paths as one search plays, each for a second or some. */
const playedMax = 24

/**
 * The best: of the ways without a detour and those with one, the quickest repair that lasts; among equals the one that lost
 * fewer requests. The worst: with every detour, from there by small changes to worse and worse ones.
 */
export async function searchPaths(
  scenario: Scenario,
  backstage: Backstage,
  onPath: (path: PlayedPath) => void = () => {},
): Promise<Searched> {
  const search = new Search(scenario, backstage, onPath)
  const onward = straight(scenario)
  const best = better(await search.all([...onward, ...withOneMore(scenario, onward[0] ?? [])]))
  const detours = await search.all(onward.map((plan) => withAllDetours(scenario, plan)))
  await search.climb(worse(detours))
  const { paths } = search
  const worst = paths.reduce((a, b) => (compare(b, a) > 0 ? b : a))
  return {
    best: best.path,
    // A repair that does not last is worse than a late one; what is lost to either is measured over all.
    worst: {
      ...worst,
      minutes: Math.max(...paths.map(({ minutes }) => minutes)),
      lost: Math.max(...paths.map(({ lost }) => lost)),
    },
    played: paths.length,
  }
}

interface Tried {
  readonly plan: Plan
  readonly path: PlayedPath
}

/** Plays each path once. */
class Search {
  readonly #played = new Map<string, PlayedPath>()
  readonly #scenario: Scenario
  readonly #backstage: Backstage
  readonly #onPath: (path: PlayedPath) => void

  constructor(scenario: Scenario, backstage: Backstage, onPath: (path: PlayedPath) => void) {
    this.#scenario = scenario
    this.#backstage = backstage
    this.#onPath = onPath
  }

  get paths(): readonly PlayedPath[] {
    return [...this.#played.values()]
  }

  /** Those of them that end. */
  async all(plans: readonly Plan[]): Promise<readonly Tried[]> {
    const tried: Tried[] = []
    for (const plan of plans) {
      const path = await this.#play(plan)
      if (path !== undefined) tried.push({ plan, path })
    }
    return tried
  }

  /** Goes from plan to plan as long as one of its neighbours is worse, and there is time. */
  async climb(from: Tried): Promise<void> {
    let at: Tried | undefined = from
    while (at !== undefined) at = await this.#worseThan(at)
  }

  /** The first neighbour that is. */
  async #worseThan({ plan, path }: Tried): Promise<Tried | undefined> {
    for (const neighbour of neighbours(plan)) {
      if (this.#played.size >= playedMax) return undefined
      const [tried] = await this.all([neighbour])
      if (tried !== undefined && compare(tried.path, path) > 0) return tried
    }
    return undefined
  }

  async #play(plan: Plan): Promise<PlayedPath | undefined> {
    const letters = lettersOf(this.#scenario, plan)
    if (letters === undefined) return undefined
    const known = this.#played.get(letters.join())
    if (known !== undefined) return known
    const path = await playedPath(this.#scenario, this.#backstage, letters)
    this.#played.set(letters.join(), path)
    this.#onPath(path)
    return path
  }
}

const better = (tried: readonly Tried[]): Tried =>
  tried.reduce((a, b) => (compare(b.path, a.path) < 0 ? b : a))

const worse = (tried: readonly Tried[]): Tried =>
  tried.reduce((a, b) => (compare(b.path, a.path) > 0 ? b : a))

/** Less than 0 where `a` is the better path. */
const compare = (a: PlayedPath, b: PlayedPath): number =>
  Number(b.lasts) - Number(a.lasts) || a.minutes - b.minutes || a.lost - b.lost

async function playedPath(
  scenario: Scenario,
  backstage: Backstage,
  letters: readonly string[],
): Promise<PlayedPath> {
  const drill = await Drill.begin(scenario, backstage, { seed: 'paths', beside: 'nothing' })
  try {
    await playPath(drill, letters)
    const debrief = await debriefOf(drill)
    const { repairedAfterMs, closedAfterMs, customers } = debrief
    return {
      letters,
      minutes: Math.round((repairedAfterMs ?? closedAfterMs) / 6000) / 10,
      lost: customers.lost,
      lasts: trialsOf(debrief).every(({ holds }) => holds),
    }
  } finally {
    await drill.shutdown()
  }
}
