import { renderSubject } from '#cluster/subjects.ts'
import type { Cause, Confidence, Evidence, Mode, Symptom, Unknown } from '#diagnosis/types.ts'
import type { Disruption, Plan } from '#repair/types.ts'
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
