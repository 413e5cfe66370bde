import { type RelationName, relationInfo } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import type { Cause, Confidence, Evidence, Mode, Question, Symptom, Unknown } from '#diagnosis/types.ts'
import type { Disruption, Offer, Plan, Step } from '#repair/types.ts'
import { some } from '#report/layout.ts'
import type { DiagnosisReport } from '#report/types.ts'

/** One failure mode on several subjects: one cause to a reader, who mends them all alike. */
export interface CauseGroup {
  readonly mode: Mode
  readonly confidence: Confidence
  readonly causes: readonly Cause[]
  readonly plans: readonly Plan[]
}

/** In the order of the causes; a group stands where its first member does, with that one's confidence. */
export function groupsOf(causes: readonly Cause[], plans: DiagnosisReport['plans']): readonly CauseGroup[] {
  const byKey = new Map<string, Cause[]>()
  for (const cause of causes) {
    const key = `${cause.mode.id} ${cause.confidence}`
    byKey.set(key, [...(byKey.get(key) ?? []), cause])
  }
  return [...byKey.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { mode, confidence } = first
    const own = plans.filter(({ cause }) => group.includes(cause)).map(({ plan }) => plan)
    return [{ mode, confidence, causes: group, plans: own }]
  })
}

export const whereOf = ({ causes }: CauseGroup): readonly string[] =>
  unique(causes.map((cause) => renderSubject(cause.finding.about)))

export const evidenceOf = ({ causes }: CauseGroup): readonly Evidence[] =>
  causes
    .flatMap((cause) => cause.finding.evidence)
    .toSorted((a, b) => weights.indexOf(a.weight) - weights.indexOf(b.weight))

const weights: readonly Evidence['weight'][] = ['decisive', 'strong', 'weak', 'against']

export const explainedBy = ({ causes }: CauseGroup): readonly Symptom[] => [
  ...new Set(causes.flatMap((cause) => cause.explains)),
]

export const preventionOf = ({ mode, plans }: CauseGroup): readonly string[] =>
  plans.length === 0 ? mode.prevent : unique(plans.flatMap((plan) => plan.prevent))

const disruptions: readonly Disruption[] = ['none', 'pod', 'node']

/** The most that any of the plans takes away. */
export const disruptionOf = ({ plans }: CauseGroup): Disruption =>
  disruptions[Math.max(0, ...plans.map((plan) => disruptions.indexOf(plan.disruption)))] ?? 'none'

/** Plans of one group whose steps are the same but for their node. */
export function alikePlans({ plans }: CauseGroup): readonly (readonly Plan[])[] {
  const kindOf = ({ steps }: Plan): string => steps.map(stem).join(' ')
  return [...Map.groupBy(plans, kindOf).values()]
}

/** What several nodes are offered alike. */
export interface OfferGroup {
  readonly title: string
  readonly where: readonly string[]
  /** Numbers of the plan's own steps that are offered; `undefined`: others than the plan's. */
  readonly repeats: readonly number[] | undefined
}

/** Offers of plans that go together, each place once; places that these plans mend themselves are no offer. */
export function offerGroups(plans: readonly Plan[]): readonly OfferGroup[] {
  const own = plans.map(({ about }) => renderSubject(about))
  const offers = plans.flatMap((plan) =>
    plan.offers.filter(({ about }) => !own.includes(renderSubject(about))),
  )
  const steps = plans[0]?.steps ?? []
  const groups = Map.groupBy(offers, (offer) => `${offer.title} ${offer.steps.map(stem).join(' ')}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const where = unique(group.map(({ about }) => (about.kind === 'cluster' ? 'the cluster' : about.name)))
    return [{ title: first.title, where, repeats: repeated(first, steps) }]
  })
}

/** `steps 1 and 2 on w1 and w2 (work still, until their next boot): ninelives repair --offers` */
export function sayOffer({ title, where, repeats }: OfferGroup): string {
  const steps = repeats?.map(String) ?? []
  const what = steps.length === 0 ? 'more' : `step${steps.length === 1 ? '' : 's'} ${some(steps)}`
  return `${what} on ${some(where, 6)} (${title}): ninelives repair --offers`
}

function repeated(offer: Offer, steps: readonly Step[]): readonly number[] | undefined {
  const numbers = offer.steps.map((step) => steps.findIndex((own) => stem(own) === stem(step)) + 1)
  return numbers.includes(0) ? undefined : numbers
}

/** What a step does, whatever the node: ids are `<what>@<node>`. */
const stem = ({ id }: Step): string => id.replace(/@.*$/, '')

/** Unknowns of one mode with the same gap, told once for all their subjects. */
export interface UnknownGroup {
  readonly mode: string
  readonly where: readonly string[]
  readonly missing: Unknown['missing']
}

export function unknownGroups(unknown: readonly Unknown[]): readonly UnknownGroup[] {
  const byKey = new Map<string, { mode: string; where: string[]; missing: Unknown['missing'] }>()
  for (const { mode, about, missing } of unknown) {
    const key = JSON.stringify([mode, missing])
    const group = byKey.get(key) ?? { mode, where: [], missing }
    byKey.set(key, group)
    group.where.push(renderSubject(about))
  }
  return [...byKey.values()]
}

/** What was not read for one reason, and the modes that could not be judged without it. */
export interface UnknownGap {
  readonly relations: readonly RelationName[]
  readonly why: Missing['why']
  readonly modes: readonly string[]
  /** What it takes to be allowed to read them, as `kubectl auth can-i` takes it. */
  readonly permission?: string
}

type Missing = Unknown['missing'][number]

/** That for which most modes wait first. What is forbidden and needs the same permission is one gap: one person can close it. */
export function unknownGaps(unknown: readonly Unknown[]): readonly UnknownGap[] {
  const gaps = unknown.flatMap(({ mode, missing }) => missing.map((gap) => ({ mode, ...gap })))
  return [...Map.groupBy(gaps, keyOf).values()]
    .map((alike): UnknownGap => {
      const relations = unique(alike.map(({ relation }) => relation))
      const why = alike[0]?.why ?? 'failed'
      return {
        relations,
        why,
        modes: unique(alike.map(({ mode }) => mode)),
        ...(why === 'forbidden' && relations[0] !== undefined
          ? { permission: relationInfo[relations[0]].permission }
          : {}),
      }
    })
    .toSorted((a, b) => b.modes.length - a.modes.length)
}

const keyOf = ({ relation, why }: Missing): string =>
  why === 'forbidden' ? `${relationInfo[relation].permission} ${why}` : `${relation} ${why}`

/** One question about several nodes, asked once. */
export interface QuestionGroup extends Pick<Question, 'command' | 'why'> {
  /** The other nodes that the same is to be asked of. */
  readonly elsewhere: readonly string[]
}

export function questionGroups(questions: readonly Question[]): readonly QuestionGroup[] {
  const alike = Map.groupBy(questions, (question) => {
    const node = nodeOf(question)
    return node === undefined
      ? question.command
      : `${question.command.replaceAll(node, '<node>')} ${question.why}`
  })
  return [...alike.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ command: first.command, why: first.why, elsewhere: others.flatMap((one) => nodeOf(one) ?? []) }],
  )
}

/** The node that a shell command goes to. */
const nodeOf = ({ command }: Question): string | undefined => /^ssh (\S+) /.exec(command)?.[1]

/** Symptoms of one kind together, with where they were seen. */
export function symptomGroups(symptoms: readonly Symptom[]): readonly {
  readonly id: string
  readonly where: readonly string[]
  readonly symptoms: readonly Symptom[]
}[] {
  return unique(symptoms.map((symptom) => symptom.id)).map((id) => {
    const alike = symptoms.filter((symptom) => symptom.id === id)
    return { id, where: unique(alike.map((symptom) => renderSubject(symptom.about))), symptoms: alike }
  })
}

const unique = <T>(all: readonly T[]): readonly T[] => [...new Set(all)]
