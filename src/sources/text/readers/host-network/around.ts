/** What the readers of this folder have in common. */
import type { RelationName } from '#cluster/relations.ts'
import { clusterSubject, nodeSubject } from '#cluster/subjects.ts'
import type { Lines } from '#sources/formats/host-network/block.ts'
import { complete, partial, type ReadCoverage } from '#sources/reading.ts'
import type { Scope, Source, Taken } from '#sources/text/reader.ts'

export const linesIn =
  (source: Source): Lines =>
  (at) =>
    source.lines[at]?.text

/** The node, where a prompt or a heading named it. */
export const aboutScope = (scope: Scope): Pick<Taken, 'about'> =>
  scope.node === undefined ? {} : { about: nodeSubject(scope.node) }

/**
 * Partial as a whole. Complete of its node where the command shows all, or where a person writes what the listing lacks;
 * that one counts for the machine that nobody named, too.
 */
export function coverageOf(
  relation: RelationName,
  scope: Scope,
  { isWhole, hasAbsenceNote = false }: { readonly isWhole: boolean; readonly hasAbsenceNote?: boolean },
): readonly ReadCoverage[] {
  const whole: ReadCoverage = { relation, coverage: partial }
  if (scope.node === undefined && (scope.pod !== undefined || !hasAbsenceNote)) return [whole]
  if (!isWhole && !hasAbsenceNote) return [whole]
  const about = scope.node === undefined ? clusterSubject : nodeSubject(scope.node)
  return [whole, { relation, coverage: complete, about }]
}

/** Whether some line of a run stands for others that were left out. */
export function isCut(source: Source, at: number, end: number): boolean {
  for (let next = at; next < end; next++)
    if (/(?:\.\.\.|…|<snip>|\[snip\])/.test(source.lines[next]?.text ?? '')) return true
  return false
}
