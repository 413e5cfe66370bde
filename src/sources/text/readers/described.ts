/** What every kind of description has: rows of the object, its events, how far they cover. */
import type { Told } from '#sources/formats/objects/told.ts'
import type { ReadCoverage, ReadRow } from '#sources/reading.ts'
import { place, type Scope, type Taken } from '#sources/text/reader.ts'
import type { Description } from '#sources/text/readers/description.ts'
import { eventBlock, eventRows } from '#sources/text/readers/events.ts'

/** The object that is described, and what was known before. */
export interface Named {
  readonly name: string
  readonly scope: Scope
}

/** The rows of the object itself, and those of its events. */
export function taken(what: string, description: Description, scope: Scope, all: readonly Told[]): Taken {
  const from = place(description.source, description.at, scope)
  // Row and relation come from one reader; the union does not follow a spread.
  const rows = [...all.map((each) => ({ ...each, from }) as ReadRow), ...eventsOf(description, scope)]
  const relations = new Set([...rows.map(({ relation }) => relation), 'events', 'messages'] as const)
  return {
    lines: description.lines,
    format: `kubectl describe ${what}`,
    rows,
    covered: partly(...relations),
    ...goesOn(description, scope),
  }
}

/** Where a chat took the indentation away, the rest of the description follows as single tables. */
const goesOn = ({ sections }: Description, scope: Scope): Pick<Taken, 'scope'> =>
  sections.has('Events') ? {} : { scope }

export const partly = (...relations: readonly ReadCoverage['relation'][]): readonly ReadCoverage[] =>
  relations.map((relation) => ({ relation, coverage: { kind: 'partial' } }))

function eventsOf(description: Description, scope: Scope): readonly ReadRow[] {
  const section = description.sections.get('Events')
  if (section === undefined) return []
  return eventRows(description.source, scope, eventBlock(description.source.lines, section.at))
}
