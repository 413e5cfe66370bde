/** What it is worth to ask about hypotheses for which nothing speaks yet, and which of them are worth it. */
import type { Explanation } from '#diagnosis/explain.ts'
import type { Judgement } from '#diagnosis/judge.ts'
import type { Likeness } from '#diagnosis/types.ts'

/**
 * What each hypothesis for what nothing explains is worth asking about. They share one sum: by how typical their symptoms are of
 * them, and by likeness. So a question gains by all that it would decide, and a crowd of unlikely modes does not outvote one likely one.
 */
export function worthsOf(
  judgements: readonly Judgement[],
  explanation: Explanation,
  likeness: Likeness,
): ReadonlyMap<string, number> {
  if (isSilent(explanation)) return worthsByLikeness(judgements, likeness)
  const { unexplained } = explanation
  const weights = judgements.map(({ mode, unknown }) => {
    const typical = unexplained.map(({ id }) => 1 / (1 + mode.symptoms.indexOf(id)))
    const fits = unexplained.some(({ id }) => mode.symptoms.includes(id)) && unknown.length > 0
    const like = likeness.get(mode.id) ?? 0
    return [mode.id, fits ? Math.max(...typical.filter(Number.isFinite)) * (0.02 + like) : 0] as const
  })
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0)
  const worth = Math.min(hypothesesMatterMax, 3 + 30 * Math.max(0, ...likeness.values()))
  return new Map(weights.map(([id, weight]) => [id, total === 0 ? 0 : (worth * weight) / total]))
}

/** Without a symptom only the few modes count whose pages read most like what was shown, and each for itself. */
function worthsByLikeness(judgements: readonly Judgement[], likeness: Likeness): ReadonlyMap<string, number> {
  const likes = judgements
    .filter(({ unknown }) => unknown.length > 0)
    .map(({ mode }) => [mode.id, likeness.get(mode.id) ?? 0] as const)
  const best = Math.max(0, ...likes.map(([, like]) => like))
  if (best < likenessMin) return new Map()
  return new Map(
    likes
      .filter(([, like]) => like > best / 2)
      .map(([id, like]) => [id, (hypothesesMatterMax * like * like) / (best * best)]),
  )
}

/** Below this a text shares no more than common words with a page. */
const likenessMin = 0.04

/**
 * What all hypotheses together are worth: less than what a person looks at first when seeing the symptom (4), unless what was
 * shown reads like one of them.
 */
const hypothesesMatterMax = 12

/** Nothing is seen and nothing is found: only what was shown may read like something. */
export const isSilent = ({ causes, unexplained }: Explanation): boolean =>
  causes.length === 0 && unexplained.length === 0
