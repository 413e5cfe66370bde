/** Facts written down as tables, for tests. */
import type { Facts, MissingReason, Provenance } from '#cluster/facts.ts'
import { factsBuilder } from '#cluster/facts-builder.ts'
import { type RelationName, type Relations, relationNames } from '#cluster/relations.ts'
import { clusterSubject, parseSubject } from '#cluster/subjects.ts'

export type Table = {
  readonly [R in RelationName]?: readonly (Relations[R] & { readonly from?: Provenance })[]
}

export const testNowMs = Date.UTC(2026, 0, 7, 6, 30)

/** Minutes before the tests' present. */
export const ago = (minutes: number): number => testNowMs - minutes * 60_000

/**
 * Facts with these rows. `complete` names relations, or relations of one subject as `hostPaths node/w1`; the rest is
 * partial where it has rows, else missing for the reason `unread`.
 */
export function factsOf(
  table: Table,
  {
    complete = [],
    unread = 'not-asked',
  }: { readonly complete?: readonly string[]; readonly unread?: MissingReason } = {},
): Facts {
  const builder = factsBuilder({ unread })
  for (const relation of relationNames) {
    const rows = table[relation] ?? []
    // The row stands in the table under its own relation's name.
    for (const [index, { from, ...row }] of rows.entries())
      builder.add(relation, row as never, from ?? { source: `${relation} ${index}` })
    if (rows.length > 0) builder.cover(relation, { kind: 'partial' })
  }
  for (const claim of complete) {
    const [relation, subject] = claim.split(' ')
    const about = subject === undefined ? undefined : (parseSubject(subject) ?? clusterSubject)
    builder.cover(relation as RelationName, { kind: 'complete' }, about)
  }
  return builder.freeze({ observedAtMs: testNowMs })
}
