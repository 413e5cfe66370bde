import { isAboutCalico } from '#cluster/calico-presence.ts'
import type { Facts } from '#cluster/facts.ts'
import { relationInfo, relationNames } from '#cluster/relations.ts'
import { symptomsOf } from '#cluster/symptoms.ts'
import { type Explanation, explain } from '#diagnosis/explain.ts'
import { judge } from '#diagnosis/judge.ts'
import { nextQuestions } from '#diagnosis/next-question.ts'
import type { Diagnosis, Likeness, Mode } from '#diagnosis/types.ts'

/**
 * Facts → symptoms → judgements → causes → next questions. Pure and synchronous; the same facts in any order give the
 * same diagnosis.
 *
 * @param likeness how much what was shown reads like each mode's page (by id): ranks possible causes and questions, no more
 */
export function diagnose(
  facts: Facts,
  modes: readonly Mode[],
  { likeness = new Map() }: { readonly likeness?: Likeness } = {},
): Diagnosis {
  const symptoms = symptomsOf(facts)
  const judgements = modes.toSorted(byId).map((mode) => judge(mode, facts, symptoms))
  // Of somebody else's trouble only what is shown counts, not what it looks like.
  const isComplaint = facts.isComplaint ?? false
  const mayGuess = isComplaint && isAboutCalico(facts)
  const explanation = explain(judgements, symptoms, { isComplaint, mayGuess, likeness })
  const unread = unreadRelations(facts)
  return {
    verdict: verdictOf(explanation, unread),
    observedAtMs: facts.observedAtMs,
    ...explanation,
    symptoms,
    unknown: judgements.flatMap((judgement) => judgement.unknown),
    clear: judgements.flatMap((judgement) => judgement.clear),
    unread,
    next: nextQuestions(facts, { judgements, explanation, unread, likeness }),
  }
}

/**
 * Broken: there is a cause that is at least likely. Undecided: causes are only possible, a symptom stays unexplained, or a
 * relation that carries symptoms is incomplete. Healthy: otherwise.
 */
function verdictOf({ causes, unexplained }: Explanation, unread: Diagnosis['unread']): Diagnosis['verdict'] {
  if (causes.some(({ confidence }) => confidence !== 'possible')) return 'broken'
  return causes.length > 0 || unexplained.length > 0 || unread.length > 0 ? 'undecided' : 'healthy'
}

const unreadRelations = (facts: Facts): Diagnosis['unread'] =>
  relationNames.flatMap((relation) => {
    if (!relationInfo[relation].carriesSymptoms) return []
    const coverage = facts.coverage(relation)
    if (coverage.kind === 'complete') return []
    return [{ relation, why: coverage.kind === 'missing' ? coverage.why : coverage.kind }]
  })

const byId = (a: Mode, b: Mode): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
