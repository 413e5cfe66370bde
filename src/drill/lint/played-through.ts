import { byChance, lettersOf, type Plan, straight, withAllDetours } from '#drill/lint/plans.ts'
import { type Debrief, debriefOf } from '#drill/measure/debrief.ts'
import type { Trial } from '#drill/measure/mended.ts'
import { trialsOf } from '#drill/measure/trials.ts'
import { Drill } from '#drill/play/drill.ts'
import { playPath } from '#drill/play/path.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { reachOf } from '#drill/score/reach.ts'
import { type Reach, type Score, scoreOf } from '#drill/score/score.ts'
import type { Backstage } from '#drill/stage/ports.ts'

/** The whole game, as the author recommends it, with every detour, and by chance: only who chooses well does well. */
export async function playedThrough(
  scenario: Scenario,
  backstage: Backstage,
  o: PlayedThroughOptions = {},
): Promise<readonly Trial[]> {
  const [straightOn = []] = straight(scenario)
  const recommended = await judgedPath(scenario, backstage, { ...o, plan: straightOn })
  const worst = await judgedPath(scenario, backstage, {
    ...o,
    plan: withAllDetours(scenario, straightOn),
    ...(o.worst === undefined ? {} : { letters: o.worst }),
  })
  const chance = await judgedPath(scenario, backstage, {
    ...o,
    plan: byChance(scenario, o.seed ?? scenario.id),
  })
  return [
    ...recommendedTrials(recommended),
    atLeast('recommended', recommended, goodPoints),
    atMost(`every detour first, ${worst.letters.join('')}`, worst, recommended.score.points - detourPoints),
    atMost(`by chance, ${chance.letters.join('')}`, chance, recommended.score.points),
  ]
}

export interface PlayedThroughOptions {
  /** Of the lab, in place of the scenario's own: whatever it is, the scenario has to hold. */
  readonly labSeed?: string
  /** Of the path by chance. */
  readonly seed?: string
  /** As a search has measured it; otherwise the author's figures. */
  readonly reach?: Reach
  /** The letters of the worst path that a search has found; otherwise every detour in the order of the file. */
  readonly worst?: readonly string[]
}

/** So much is worth at least what the author recommends. */
const goodPoints = 85

/** So much worse must be who tries everything else first. */
const detourPoints = 15

interface Judged {
  readonly letters: readonly string[]
  readonly debrief: Debrief
  readonly score: Score
}

async function judgedPath(
  scenario: Scenario,
  backstage: Backstage,
  {
    plan,
    letters = lettersOf(scenario, plan) ?? [],
    labSeed,
    reach = reachOf(scenario),
  }: PlayedThroughOptions & { readonly plan: Plan; readonly letters?: readonly string[] },
): Promise<Judged> {
  const drill = await Drill.begin(scenario, backstage, {
    seed: 'verify',
    beside: 'nothing',
    ...(labSeed === undefined ? {} : { labSeed }),
  })
  try {
    await playPath(drill, letters)
    const debrief = await debriefOf(drill)
    return { letters, debrief, score: scoreOf(debrief, { reach }) }
  } finally {
    await drill.shutdown()
  }
}

/** All that the text says is so, and it is a repair. */
function recommendedTrials({ debrief }: Judged): readonly Trial[] {
  const { unlike, verified } = debrief
  return [
    ...trialsOf(debrief).map((trial) => ({ ...trial, title: `recommended: ${trial.title}` })),
    {
      title: 'recommended: the text says what the lab shows',
      holds: unlike.length === 0,
      says: unlike.map(({ says, shown }) => `${says}, and it shows: ${shown}`).join('\n'),
    },
    { title: 'recommended: it is looked at after the last change', holds: verified, says: '' },
  ]
}

const atLeast = (title: string, { score }: Judged, points: number): Trial => ({
  title: `${title}: at least ${points} points`,
  holds: score.points >= points,
  says: sumOf(score),
})

const atMost = (title: string, { score }: Judged, points: number): Trial => ({
  title: `${title}: at most ${points} points`,
  holds: score.points <= points,
  says: sumOf(score),
})

const sumOf = ({ points, parts }: Score): string =>
  `${points}: ${parts.map((part) => `${part.title} ${part.points}`).join(', ')}`
