import { nodeSubject } from '#cluster/subjects.ts'
import type { ReadRow } from '#sources/reading.ts'
import type { Scope, Taken } from '#sources/text/reader.ts'

/** Rows of BGP sessions, and what stood between them. */
export const sessionsTaken = (
  format: string,
  {
    lines,
    rows,
    scope,
  }: { readonly lines: number; readonly rows: readonly ReadRow[]; readonly scope: Scope },
): Taken => ({
  lines,
  format,
  rows,
  covered: [...new Set<ReadRow['relation']>(['bgpSessions', ...rows.map(({ relation }) => relation)])].map(
    (relation) => ({ relation, coverage: { kind: 'partial' } }),
  ),
  ...(scope.node !== undefined && { about: nodeSubject(scope.node) }),
})
