import { assert } from '#base/assert.ts'
import type { Facts } from '#cluster/facts.ts'
import type { RelationName } from '#cluster/relations.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import type { Mode, View } from '#diagnosis/types.ts'

/** What this mode's detector may see: the relations it declared. */
export function viewOf(mode: Mode, facts: Facts, symptoms: readonly Symptom[]): View<RelationName> {
  const declared = new Set([...mode.detector.needs, ...mode.detector.uses])
  const check = (relation: RelationName): void =>
    assert(
      declared.has(relation),
      `${mode.id} looks at ${relation}, which is neither in its needs nor in its uses`,
    )
  return {
    observedAtMs: facts.observedAtMs,
    isComplaint: facts.isComplaint ?? false,
    ...(facts.newestAtMs === undefined ? {} : { newestAtMs: facts.newestAtMs }),
    symptoms,
    rows: (relation) => {
      check(relation)
      return facts.rows(relation)
    },
    coverage: (relation, about) => {
      check(relation)
      return facts.coverage(relation, about)
    },
  }
}
