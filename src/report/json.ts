import { rfc3339 } from '#base/clock.ts'
import { renderSubject } from '#cluster/subjects.ts'
import type { Evidence, Question, Symptom } from '#diagnosis/types.ts'
import { sayCheck } from '#repair/check.ts'
import { type ActWords, commandOf } from '#repair/commands.ts'
import type { Plan, Step } from '#repair/types.ts'
import { forCluster, forReader, wordsFor } from '#report/command-words.ts'
import {
  type CauseGroup,
  disruptionOf,
  evidenceOf,
  explainedBy,
  groupsOf,
  preventionOf,
  type UnknownGroup,
  unknownGroups,
  whereOf,
} from '#report/groups.ts'
import type { ClusterHead, DiagnosisReport } from '#report/types.ts'
import { missingWords } from '#report/words.ts'

/** The report as others script against it: names and shapes change only with a new `apiVersion`. */
export const renderJson = (
  report: DiagnosisReport,
  more: { readonly changes?: readonly string[] } = {},
): string => `${JSON.stringify({ ...diagnosisJson(report), ...more }, null, 2)}\n`

/** The same as a plain value. `words`: how a person reaches this cluster; by default guessed from its head. */
export function diagnosisJson(
  report: DiagnosisReport,
  words: ActWords = wordsFor(report.cluster),
): Readonly<Record<string, unknown>> {
  const { cluster, source, diagnosis, plans } = report
  const cause = (group: CauseGroup) => causeJson(group, { cluster, words })
  return {
    apiVersion: 'ninelives.dev/v1',
    kind: 'Diagnosis',
    verdict: diagnosis.verdict,
    cluster: cluster ?? null,
    source,
    observedAt: rfc3339(diagnosis.observedAtMs),
    causes: groupsOf(diagnosis.causes, plans).map(cause),
    symptoms: diagnosis.symptoms.map(symptomJson),
    unexplained: diagnosis.unexplained.map(symptomJson),
    preventive: groupsOf(diagnosis.preventive, plans).map(cause),
    unknown: unknownGroups(diagnosis.unknown).map(unknownJson),
    next: diagnosis.next.map(({ command, why }: Question) => ({
      command: forReader(command, report),
      why,
    })),
  }
}

interface Context {
  readonly cluster: ClusterHead | undefined
  readonly words: ActWords
}

const causeJson = (group: CauseGroup, { cluster, words }: Context) => ({
  id: group.mode.id,
  title: group.mode.title,
  confidence: group.confidence,
  where: whereOf(group),
  owner: group.mode.owner,
  summary: group.causes[0]?.finding.says ?? group.mode.title,
  traffic: group.mode.traffic,
  explains: [...new Set(explainedBy(group).map((symptom) => symptom.id))],
  evidence: evidenceOf(group).map((each) => evidenceJson(each, cluster)),
  rivals: [...new Set(group.causes.flatMap((cause) => cause.rivals.map(({ mode }) => mode.id)))],
  repair:
    group.plans.length === 0
      ? null
      : { disruption: disruptionOf(group), steps: group.plans.flatMap((plan) => stepsJson(plan, words)) },
  prevent: preventionOf(group),
})

const evidenceJson = ({ weight, says, from }: Evidence, cluster: ClusterHead | undefined) => ({
  weight,
  says,
  quote: from.quote ?? null,
  source: from.source,
  command: from.command === undefined ? null : forCluster(from.command, cluster),
})

const stepsJson = ({ steps }: Plan, words: ActWords) =>
  steps.map(({ id, node, act, because, onlyIf, undo, noUndo }: Step) => ({
    id,
    node: node ?? null,
    command: commandOf(act, words),
    act,
    because,
    onlyIf: onlyIf === undefined ? null : sayCheck(onlyIf),
    undo: undo === undefined ? null : commandOf(undo, words),
    noUndo: noUndo ?? null,
  }))

const symptomJson = ({ id, about, says, when, from }: Symptom) => ({
  id,
  about: renderSubject(about),
  says,
  when,
  source: from.source,
  quote: from.quote ?? null,
})

const unknownJson = ({ mode, where, missing }: UnknownGroup) => ({
  mode,
  where,
  missing: missing.map(({ relation }) => relation),
  why: [...new Set(missing.map(({ why }) => missingWords[why]))].join(', '),
})
