import type { Facts, Subject } from '#cluster/facts.ts'
import { isComplete, nodeNames } from '#cluster/queries.ts'
import type { RelationName } from '#cluster/relations.ts'
import { clusterSubject, nodeSubject, renderSubject } from '#cluster/subjects.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import { support } from '#diagnosis/support.ts'
import type { Clear, Finding, Mode, Unknown, View } from '#diagnosis/types.ts'
import { viewOf } from '#diagnosis/view.ts'

/** One mode, judged for every subject: found, clear or unknown. */
export interface Judgement {
  readonly mode: Mode
  readonly view: View<RelationName>
  readonly findings: readonly Finding[]
  readonly unknown: readonly Unknown[]
  readonly clear: readonly Clear[]
}

/**
 * Positive evidence in a partial reading is enough to find. To be clear, every need must be complete for that subject
 * (or the mode be impossible there), and nothing else may hide it; otherwise it is unknown, with what is missing.
 */
export function judge(mode: Mode, facts: Facts, symptoms: readonly Symptom[]): Judgement {
  const view = viewOf(mode, facts, symptoms)
  const findings = mode.detector.detect(view).toSorted(bySubject)
  const found = new Set(findings.filter(stands).map((finding) => renderSubject(finding.about)))
  const outweighed = new Set(findings.map((finding) => renderSubject(finding.about)))
  const unknown: Unknown[] = []
  const clear: Clear[] = []
  for (const about of subjectsOf(mode, facts)) {
    if (found.has(renderSubject(about))) continue
    const missing = missingFor(mode, facts, about)
    const isRead = missing.length === 0 || mode.detector.isImmune?.(about, view)
    if (!isRead) unknown.push({ mode: mode.id, about, missing })
    else if (outweighed.has(renderSubject(about)) || mode.detector.isHidden?.(about, view))
      unknown.push({ mode: mode.id, about, missing: veiled(mode) })
    else clear.push({ mode: mode.id, about })
  }
  return { mode, view, findings, unknown, clear }
}

/** As much speaks against the others as for them: they are not reported, and nothing is clear there. */
const stands = (finding: Finding): boolean => finding.preventive || support(finding) > 0

/** All was read that there is; it is the rest that something else keeps from being there. */
const veiled = (mode: Mode): Unknown['missing'] =>
  mode.detector.needs.slice(0, 1).map((relation) => ({ relation, why: 'partial' }))

/** What a mode lacks to be clear for a subject. */
export const missingFor = (mode: Mode, facts: Facts, about: Subject): Unknown['missing'] =>
  mode.detector.needs.flatMap((relation) => {
    const coverage = facts.coverage(relation, about)
    if (coverage.kind === 'complete') return []
    return [{ relation, why: coverage.kind === 'missing' ? coverage.why : coverage.kind }]
  })

/** Every node that is known; and, while the list of nodes is not complete, the cluster for those that are not. */
function subjectsOf(mode: Mode, facts: Facts): readonly Subject[] {
  if (mode.detector.judges === 'cluster') return [clusterSubject]
  const nodes = nodeNames(facts).map(nodeSubject)
  return isComplete(facts.coverage('nodes')) ? nodes : [...nodes, clusterSubject]
}

function bySubject(a: Finding, b: Finding): number {
  const [left, right] = [renderSubject(a.about) + a.says, renderSubject(b.about) + b.says]
  return left < right ? -1 : left > right ? 1 : 0
}
