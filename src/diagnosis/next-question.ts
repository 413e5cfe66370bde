import type { Facts, Subject } from '#cluster/facts.ts'
import { leadsOf } from '#cluster/leads.ts'
import type { Question } from '#cluster/questions.ts'
import { relationInfo } from '#cluster/relations.ts'
import { clusterSubject, isSameSubject, renderSubject } from '#cluster/subjects.ts'
import { type Symptom, symptomEntryOf } from '#cluster/symptoms.ts'
import type { Explanation } from '#diagnosis/explain.ts'
import type { Judgement } from '#diagnosis/judge.ts'
import type { Diagnosis, Likeness, Mode } from '#diagnosis/types.ts'
import { isSilent, worthsOf } from '#diagnosis/worths.ts'

/** Something that is not decided yet, what would decide it (the most telling first), and how much it matters. */
interface Open {
  readonly questions: readonly Question[]
  readonly matters: number
}

const questionsMax = 5

/**
 * The questions whose answers decide most of what is open, for the least effort. A question that several hypotheses
 * wait for serves them all; one whose answer was read already is not asked. Of a complaint that shows only a harmless part
 * of something, the rest is asked for first.
 */
export function nextQuestions(
  facts: Facts,
  {
    judgements,
    explanation,
    unread,
    likeness = new Map(),
  }: {
    readonly judgements: readonly Judgement[]
    readonly explanation: Explanation
    readonly unread: Diagnosis['unread']
    readonly likeness?: Likeness
  },
): readonly Question[] {
  const worths = worthsOf(judgements, explanation, likeness)
  const open = [
    ...openSymptoms(facts, judgements, explanation),
    ...openCauses(facts, explanation),
    ...openUnknowns(facts, { judgements, explanation, worths }),
    // Once there is a cause, what else might be wrong can wait.
    ...(explanation.causes.length === 0
      ? openRelations(unread, isSilent(explanation) && worths.size > 0)
      : []),
  ]
  const questions = [...leads(facts, explanation), ...byGain(open, facts)]
  return questions.filter(isFirstOfItsKind).slice(0, questionsMax)
}

const isFirstOfItsKind = ({ command }: Question, at: number, all: readonly Question[]): boolean =>
  all.findIndex((one) => one.command === command) === at

/** While causes are mere possibilities, what somebody who complains left out comes first. */
const leads = (facts: Facts, { causes, unexplained }: Explanation): readonly Question[] =>
  facts.isComplaint === true && causes.every(({ confidence }) => confidence === 'possible')
    ? leadsOf(facts, unexplained).filter((question) => !isAnswered(question, facts))
    : []

/**
 * Nothing explains it: what a person looks at next when seeing it. Less, where some sign already points to one possible cause of it:
 * that one's own questions tell more.
 */
function openSymptoms(
  facts: Facts,
  judgements: readonly Judgement[],
  { unexplained, causes }: Explanation,
): readonly Open[] {
  const findings = new Set(judgements.flatMap((one) => one.findings))
  const pointedAt = new Set(
    causes.filter(({ finding }) => findings.has(finding)).flatMap((one) => one.explains),
  )
  return distinct(unexplained).map((symptom) => ({
    questions: symptomEntryOf(symptom.id)?.questions(symptom, facts) ?? [],
    matters: pointedAt.has(symptom) ? 2 : 4,
  }))
}

/** The same question about the same subject, however many sessions or pods raise it. */
const distinct = (symptoms: readonly Symptom[]): readonly Symptom[] => [
  ...new Map(symptoms.map((one) => [`${one.id} ${renderSubject(one.about)}`, one])).values(),
]

/** A cause and its rivals: to confirm it, and to narrow a confirmed one down to what has to be mended. */
const openCauses = (facts: Facts, { causes }: Explanation): readonly Open[] =>
  causes.flatMap((cause) => [
    {
      questions: cause.mode.questions(cause.finding.about, facts),
      matters: cause.confidence === 'confirmed' ? 2 : 8,
    },
    ...cause.rivals.map(({ mode, finding }) => ({
      questions: mode.questions(finding.about, facts),
      matters: 4,
    })),
  ])

function openUnknowns(
  facts: Facts,
  {
    judgements,
    explanation,
    worths,
  }: {
    readonly judgements: readonly Judgement[]
    readonly explanation: Explanation
    readonly worths: ReadonlyMap<string, number>
  },
): readonly Open[] {
  return judgements.flatMap(({ mode, unknown }) =>
    unknown.map(({ about }) => ({
      questions: mode.questions(about, facts),
      matters: mattersFor(mode, about, explanation, worths.get(mode.id) ?? 0),
    })),
  )
}

/** Most where it would explain what nothing explains; then where the same mode struck elsewhere; else it can wait. */
function mattersFor(mode: Mode, about: Subject, explanation: Explanation, worth: number): number {
  const { unexplained, causes } = explanation
  if (isSilent(explanation)) return worth
  if (unexplained.some((symptom) => mode.symptoms.includes(symptom.id) && touches(symptom, about)))
    return worth
  const isElsewhere = about.kind !== 'cluster' && causes.some((cause) => cause.mode.id === mode.id)
  return isElsewhere ? 1 : 0
}

const touches = (symptom: Symptom, about: Subject): boolean =>
  about.kind === 'cluster' ||
  [symptom.about, ...(symptom.involves ?? [])].some((one) => isSameSubject(one, about))

/** @param isLike what was shown reads like something: then a look at everything can wait */
const openRelations = (unread: Diagnosis['unread'], isLike: boolean): readonly Open[] =>
  unread.map(({ relation }) => ({
    questions: [
      {
        command: relationInfo[relation].command({}),
        why: 'not read completely yet, and trouble may show there',
        fills: [{ relation, about: clusterSubject }],
      },
    ],
    matters: isLike ? 0.2 : 1,
  }))

function byGain(open: readonly Open[], facts: Facts): readonly Question[] {
  const asked = new Map<string, { readonly question: Question; gain: number }>()
  for (const { questions, matters } of open.filter((one) => one.matters > 0))
    for (const [position, question] of questions.entries()) {
      if (isAnswered(question, facts)) continue
      const entry = asked.get(question.command) ?? { question, gain: 0 }
      asked.set(question.command, entry)
      // A mode lists its questions in the order in which they decide; the second counts half as much.
      entry.gain += matters / (position + 1)
    }
  const worth = [...asked.values()].map(({ question, gain }) => ({
    question,
    worth: gain / effort(question),
  }))
  return worth.toSorted((a, b) => b.worth - a.worth).map(({ question }) => question)
}

const isAnswered = ({ fills }: Question, facts: Facts): boolean =>
  fills.length > 0 &&
  fills.every(({ relation, about }) => facts.coverage(relation, about).kind === 'complete')

/** A question that fills several relations is one command: the dearest of them is what it takes. */
const effort = ({ fills, cost }: Question): number =>
  cost ?? Math.max(1, ...fills.map(({ relation }) => relationInfo[relation].cost))
