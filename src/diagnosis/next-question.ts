import type { Facts, Subject } from '#cluster/facts.ts'
import type { Question } from '#cluster/questions.ts'
import { relationInfo } from '#cluster/relations.ts'
import { clusterSubject, isSameSubject, renderSubject } from '#cluster/subjects.ts'
import { type Symptom, symptomEntryOf } from '#cluster/symptoms.ts'
import type { Explanation } from '#diagnosis/explain.ts'
import type { Judgement } from '#diagnosis/judge.ts'
import type { Diagnosis, Mode } from '#diagnosis/types.ts'

/** Something that is not decided yet, what would decide it (the most telling first), and how much it matters. */
interface Open {
  readonly questions: readonly Question[]
  readonly matters: number
}

const questionsMax = 5

/**
 * The questions whose answers decide most of what is open, for the least effort. A question that several hypotheses
 * wait for serves them all; one whose answer was read already is not asked.
 */
export function nextQuestions(
  facts: Facts,
  {
    judgements,
    explanation,
    unread,
  }: {
    readonly judgements: readonly Judgement[]
    readonly explanation: Explanation
    readonly unread: Diagnosis['unread']
  },
): readonly Question[] {
  const open = [
    ...openSymptoms(facts, explanation),
    ...openCauses(facts, explanation),
    ...openUnknowns(facts, { judgements, explanation }),
    // Once there is a cause, what else might be wrong can wait.
    ...(explanation.causes.length === 0 ? openRelations(unread) : []),
  ]
  return byGain(open, facts).slice(0, questionsMax)
}

/** Nothing explains it: what a person looks at next when seeing it. */
const openSymptoms = (facts: Facts, { unexplained }: Explanation): readonly Open[] =>
  distinct(unexplained).map((symptom) => ({
    questions: symptomEntryOf(symptom.id)?.questions(symptom, facts) ?? [],
    matters: 4,
  }))

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
  }: { readonly judgements: readonly Judgement[]; readonly explanation: Explanation },
): readonly Open[] {
  return judgements.flatMap(({ mode, unknown }) =>
    unknown.map(({ about }) => ({
      questions: mode.questions(about, facts),
      matters: mattersFor(mode, about, explanation),
    })),
  )
}

/** Most where it would explain what nothing explains; then where the same mode struck elsewhere; else it can wait. */
function mattersFor(mode: Mode, about: Subject, { unexplained, causes }: Explanation): number {
  if (unexplained.some((symptom) => mode.symptoms.includes(symptom.id) && touches(symptom, about))) return 3
  const isElsewhere = about.kind !== 'cluster' && causes.some((cause) => cause.mode.id === mode.id)
  return isElsewhere ? 1 : 0
}

const touches = (symptom: Symptom, about: Subject): boolean =>
  about.kind === 'cluster' ||
  [symptom.about, ...(symptom.involves ?? [])].some((one) => isSameSubject(one, about))

const openRelations = (unread: Diagnosis['unread']): readonly Open[] =>
  unread.map(({ relation }) => ({
    questions: [
      {
        command: relationInfo[relation].command({}),
        why: 'not read completely yet, and trouble may show there',
        fills: [{ relation, about: clusterSubject }],
      },
    ],
    matters: 1,
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
