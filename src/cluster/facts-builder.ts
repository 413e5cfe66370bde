import type { Coverage, Fact, Facts, MissingReason, Provenance, Subject } from '#cluster/facts.ts'
import { filled, latest } from '#cluster/relations/relation.ts'
import {
  type RelationInfo,
  type RelationName,
  type Relations,
  relationInfo,
  relationNames,
} from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'

/** Collects what one source tells. Nothing is read until it is frozen. */
export interface FactsBuilder {
  add<R extends RelationName>(relation: R, row: Relations[R], from: Provenance): void
  /** How far the relation was read: as a whole, or for one subject. The best that was said of a subject counts. */
  cover(relation: RelationName, coverage: Coverage, about?: Subject): void
  freeze(o: { readonly observedAtMs: number; readonly isComplaint?: boolean }): Facts
}

type AnyFact = Fact<Relations[RelationName]>
type Rows = ReadonlyMap<RelationName, readonly AnyFact[]>
/** Per relation: the whole under `''`, subjects under their rendered names. */
type Coverages = ReadonlyMap<RelationName, ReadonlyMap<string, Coverage>>

const whole = ''

/** `unread`: what is answered for a relation that nobody covered: the reason differs per source. */
export function factsBuilder({ unread }: { readonly unread: MissingReason }): FactsBuilder {
  const rows = new Map<RelationName, AnyFact[]>()
  const coverages = new Map<RelationName, Map<string, Coverage>>()
  return {
    add: (relation, row, from) => {
      const list = rows.get(relation) ?? []
      if (list.length === 0) rows.set(relation, list)
      list.push({ ...row, from })
    },
    cover: (relation, coverage, about) => {
      const bySubject = coverages.get(relation) ?? new Map<string, Coverage>()
      coverages.set(relation, bySubject)
      const key = about === undefined ? whole : renderSubject(about)
      bySubject.set(key, better(bySubject.get(key), coverage))
    },
    freeze: ({ observedAtMs, isComplaint = false }) =>
      frozen(deduplicated(rows, 'fold'), coverages, { observedAtMs, isComplaint, unread }),
  }
}

/**
 * What several sources tell together: one row per key, the newer telling first; of each subject the best coverage.
 * The order of the sources makes no difference.
 */
export function mergeFacts(sources: readonly Facts[]): Facts {
  const rows = new Map<RelationName, AnyFact[]>()
  const coverages = new Map<RelationName, Map<string, Coverage>>()
  for (const relation of relationNames) {
    rows.set(
      relation,
      sources.flatMap((source) => source.rows(relation)),
    )
    coverages.set(relation, bestCoverages(relation, sources))
  }
  const observedAtMs = Math.max(0, ...sources.map((source) => source.observedAtMs))
  const isComplaint = sources.some((source) => source.isComplaint)
  return frozen(deduplicated(rows, 'join'), coverages, { observedAtMs, isComplaint, unread: 'not-asked' })
}

/** The same facts as if this relation had not been read. */
export const withoutRelation = (
  facts: Facts,
  hidden: RelationName,
  why: MissingReason = 'not-asked',
): Facts => ({
  observedAtMs: facts.observedAtMs,
  isComplaint: facts.isComplaint ?? false,
  ...(facts.newestAtMs === undefined ? {} : { newestAtMs: facts.newestAtMs }),
  rows: (relation) => (relation === hidden ? [] : facts.rows(relation)),
  coverage: (relation, about) =>
    relation === hidden ? { kind: 'missing', why } : facts.coverage(relation, about),
})

interface FrozenFacts extends Facts {
  readonly coverages: Coverages
}

function frozen(
  rows: Rows,
  coverages: Coverages,
  o: { readonly observedAtMs: number; readonly isComplaint: boolean; readonly unread: MissingReason },
): FrozenFacts {
  const { observedAtMs, isComplaint, unread } = o
  const newestAtMs = isComplaint ? newestIn(rows) : undefined
  return {
    observedAtMs,
    isComplaint,
    ...(newestAtMs === undefined ? {} : { newestAtMs }),
    coverages,
    // The map holds under each name the rows of that relation only.
    rows: <R extends RelationName>(relation: R) =>
      (rows.get(relation) ?? []) as unknown as readonly Fact<Relations[R]>[],
    coverage: (relation, about) => {
      const bySubject = coverages.get(relation)
      const own = about === undefined ? undefined : bySubject?.get(renderSubject(about))
      return own ?? bySubject?.get(whole) ?? { kind: 'missing', why: unread }
    },
  }
}

/** When the newest message or event was; undefined where none has a time. */
function newestIn(rows: Rows): number | undefined {
  // Under each name the map holds that relation's rows.
  const messages = (rows.get('messages') ?? []) as readonly Relations['messages'][]
  const events = (rows.get('events') ?? []) as readonly Relations['events'][]
  const times = [...messages.map(({ atMs }) => atMs), ...events.map(({ lastAtMs }) => lastAtMs)]
  return times.reduce((newest, time) => latest(newest, time), undefined)
}

function bestCoverages(relation: RelationName, sources: readonly Facts[]): Map<string, Coverage> {
  const best = new Map<string, Coverage>()
  for (const source of sources) best.set(whole, better(best.get(whole), source.coverage(relation)))
  for (const source of sources)
    for (const [subject, coverage] of subjectCoverages(source, relation))
      if (subject !== whole) best.set(subject, better(better(best.get(subject), best.get(whole)), coverage))
  return best
}

/** Facts of other makers (views, test doubles) have no coverage per subject to list; then the whole stands for all. */
const subjectCoverages = (source: Facts, relation: RelationName): Iterable<readonly [string, Coverage]> =>
  (source as Partial<FrozenFacts>).coverages?.get(relation) ?? []

const grades = { missing: 0, partial: 1, complete: 2 } as const

function better(a: Coverage | undefined, b: Coverage | undefined): Coverage {
  if (a === undefined || b === undefined) return a ?? b ?? { kind: 'missing', why: 'not-asked' }
  if (grades[a.kind] !== grades[b.kind]) return grades[a.kind] > grades[b.kind] ? a : b
  if (a.kind !== 'missing' || b.kind !== 'missing') return a
  // Both missing: the reason that tells more than "not asked", and always the same one of two.
  return rank(a.why) >= rank(b.why) ? a : b
}

const reasons: readonly MissingReason[] = [
  'not-asked',
  'not-in-text',
  'not-in-bundle',
  'timed-out',
  'not-running',
  'unreachable',
  'failed',
  'forbidden',
]
const rank = (why: MissingReason): number => reasons.indexOf(why)

function deduplicated(rows: Rows, how: 'join' | 'fold'): Rows {
  return new Map(
    relationNames.map((relation) => [relation, deduplicatedRows(relation, rows.get(relation) ?? [], how)]),
  )
}

function deduplicatedRows(
  relation: RelationName,
  rows: readonly AnyFact[],
  how: 'join' | 'fold',
): readonly AnyFact[] {
  // Rows and info belong to the same relation, which the compiler cannot follow through a variable name.
  const info = relationInfo[relation] as RelationInfo<Relations[RelationName]>
  const combine = (how === 'fold' ? info.fold : undefined) ?? info.join ?? filled
  const byKey = new Map<string, AnyFact[]>()
  for (const row of rows) {
    const key = info.key(row)
    const same = byKey.get(key)
    if (same === undefined) byKey.set(key, [row])
    else same.push(row)
  }
  return [...byKey.keys()].sort(byText).map((key) => {
    const [first, ...others] = newestFirst(byKey.get(key) ?? [])
    return others.reduce((newer, older) => oneFact(newer, older, combine), first as AnyFact)
  })
}

/** The newer row's words are quoted; the older one only fills what it left out. */
function oneFact(
  newer: AnyFact,
  older: AnyFact,
  combine: (newer: AnyFact, older: AnyFact) => Relations[RelationName],
): AnyFact {
  return { ...combine(newer, older), from: newer.from }
}

/** Times first; among equals the text of the row, so that the order of adding makes no difference. */
function newestFirst(rows: readonly AnyFact[]): readonly AnyFact[] {
  if (rows.length < 2) return rows
  const texts = new Map<AnyFact, string>()
  const textOf = (row: AnyFact): string => {
    const text = texts.get(row) ?? JSON.stringify(row)
    texts.set(row, text)
    return text
  }
  return rows.toSorted((a, b) => {
    const byTime = (b.from.atMs ?? 0) - (a.from.atMs ?? 0)
    return byTime !== 0 ? byTime : byText(textOf(a), textOf(b))
  })
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
