/** Stretches of lines that one reader took, and what became of them. */
import type { Subject } from '#cluster/facts.ts'
import { renderSubject } from '#cluster/subjects.ts'
import type { Scope, Source, Taken } from '#sources/text/reader.ts'
import { nodeOf } from './resolve/node-names.ts'
import { isOfSomeNode } from './resolve/unnamed-rows.ts'

/** A run of lines and what became of it; what was read in it is gathered apart. */
export interface Run {
  /** Numbers of its first and its last line. */
  readonly fromLine: number
  readonly toLine: number
  readonly format: string
  readonly about?: Subject
  readonly facts: number
  readonly notUnderstood: number
  readonly scopeThen: Scope
  /** Some row in it tells of one machine without naming it. */
  readonly isUnnamed: boolean
}

export function runOf(
  { lines }: Source,
  at: number,
  { taken, scope }: { readonly taken: Taken; readonly scope: Scope },
): Run {
  const last = at + taken.lines - 1
  return {
    fromLine: lines[at]?.number ?? at + 1,
    toLine: lines[last]?.number ?? last + 1,
    format: taken.format,
    ...(taken.about !== undefined && { about: taken.about }),
    facts: taken.rows.length,
    notUnderstood: taken.notUnderstood ?? 0,
    scopeThen: scope,
    isUnnamed: taken.rows.some((read) => isOfSomeNode(read) && !nodeOf(read)),
  }
}

/** A run that goes on with the one before is part of it: of a long text there are otherwise as many as it has lines. */
export function append(runs: Run[], next: Run): void {
  const last = runs.at(-1)
  const goesOn =
    last !== undefined &&
    last.format === next.format &&
    last.scopeThen === next.scopeThen &&
    last.isUnnamed === next.isUnnamed &&
    isSameAbout(last.about, next.about)
  if (!goesOn) runs.push(next)
  else
    runs[runs.length - 1] = {
      ...last,
      toLine: next.toLine,
      facts: last.facts + next.facts,
      notUnderstood: last.notUnderstood + next.notUnderstood,
    }
}

const isSameAbout = (a: Subject | undefined, b: Subject | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && renderSubject(a) === renderSubject(b))
