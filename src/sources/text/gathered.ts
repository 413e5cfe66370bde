/**
 * The rows of a text while it is read. A log of a week holds a line a million times: equal lines are folded as they come,
 * and of what differs without end (sandbox ids, ages) the newest are kept, so that memory follows what a text says and
 * not how long it is.
 */
import type { Provenance } from '#cluster/facts.ts'
import { messagesInfo } from '#cluster/relations/messages.ts'
import { filled } from '#cluster/relations/relation.ts'
import { type RelationName, relationInfo } from '#cluster/relations.ts'
import type { ReadCoverage, ReadRow } from '#sources/reading.ts'

export interface Gathered {
  add(row: ReadRow): void
  cover(covered: ReadCoverage): void
  rows(): readonly ReadRow[]
  /** Each once. */
  covered(): readonly ReadCoverage[]
}

export function gathered(): Gathered {
  const heaps = new Map<RelationName, Heap>()
  const covered = new Map<string, ReadCoverage>()
  return {
    add: (read) => {
      const heap = heaps.get(read.relation) ?? { rows: new Map(), kinds: new Map() }
      if (heap.rows.size === 0) heaps.set(read.relation, heap)
      put(heap, read)
    },
    cover: (read) => {
      covered.set(JSON.stringify(read), read)
    },
    rows: () => [...heaps.values()].flatMap(({ rows }) => [...rows.values()].flat()),
    covered: () => [...covered.values()],
  }
}

interface Heap {
  /** Rows under their keys; of one key in the order in which they were read. */
  readonly rows: Map<string, ReadRow[]>
  /** Keys of what programs say, by what is said and by whom: only that has no end of its own. */
  readonly kinds: Map<string, string[]>
}

/** Distinct rows of one kind that are kept: nobody reads more, and nothing needs more to be judged. */
const distinctMax = 50
/** Rows of one key that wait to be joined; a table that was printed every second has thousands. */
const equalMax = 4

function put(heap: Heap, read: ReadRow): void {
  const key = keyOf(read)
  const equal = heap.rows.get(key)
  if (equal === undefined) {
    heap.rows.set(key, [read])
    keepDistinct(heap, key, kindOf(read))
  } else if (read.relation === 'messages') equal[0] = oneLine(equal[0], read)
  else {
    const last = equal.at(-1)
    if (last === undefined || !isSame(last.row, read.row)) equal.push(read)
    else if (isNewer(read.from, last.from)) equal[equal.length - 1] = read
    if (equal.length >= 2 * equalMax) joinOldest(equal)
  }
}

function keepDistinct({ rows, kinds }: Heap, key: string, kind: string | undefined): void {
  if (kind === undefined) return
  const keys = kinds.get(kind) ?? []
  keys.push(key)
  kinds.set(kind, keys.length < 2 * distinctMax ? keys : withoutOldest(rows, keys))
}

function withoutOldest(rows: Heap['rows'], keys: readonly string[]): string[] {
  const timeOf = (key: string): number => rows.get(key)?.[0]?.from.atMs ?? 0
  const oldestFirst = keys.toSorted((a, b) => timeOf(a) - timeOf(b))
  for (const key of oldestFirst.slice(0, -distinctMax)) rows.delete(key)
  return oldestFirst.slice(-distinctMax)
}

/** Info and row belong to the same relation, which the compiler cannot follow through a variable name. */
interface AnyInfo {
  readonly key: (row: object) => string
  readonly join?: (newer: object, older: object) => object
  readonly fold?: (newer: object, older: object) => object
}

const infoOf = (relation: RelationName): AnyInfo => relationInfo[relation] as unknown as AnyInfo

/** Of messages, of which there are the most, in a cheaper form: what it keeps apart is put together in the end. */
function keyOf(read: ReadRow): string {
  if (read.relation !== 'messages') return infoOf(read.relation).key(read.row)
  const { params } = read.row.message
  let key = kindOf(read) ?? ''
  for (const name in params) key += `\0${name}\0${params[name]}`
  return key
}

/** What is counted together: the same message of the same container, the same event of the same object. */
function kindOf({ relation, row }: ReadRow): string | undefined {
  if (relation === 'messages')
    return `${row.message.id}|${row.node}|${row.pod?.namespace}|${row.pod?.name}|${row.container}`
  return relation === 'events'
    ? `${row.reason}|${row.about.kind}|${row.about.namespace}|${row.about.name}`
    : undefined
}

function oneLine(before: ReadRow | undefined, next: ReadRow): ReadRow {
  if (before?.relation !== 'messages' || next.relation !== 'messages') return next
  const [newer, older] = isNewer(next.from, before.from) ? [next, before] : [before, next]
  return { ...newer, row: messagesInfo.fold?.(newer.row, older.row) ?? newer.row }
}

/** Among equal times the words decide, so that the order of the pieces makes no difference. */
function isNewer(a: Provenance, b: Provenance): boolean {
  const [at, before] = [a.atMs ?? 0, b.atMs ?? 0]
  if (at !== before) return at > before
  return a.quote === b.quote ? a.source < b.source : (a.quote ?? '') < (b.quote ?? '')
}

/** Told again in the same words; lists are compared by what they are, which costs nothing where there are none. */
function isSame(one: object, other: object): boolean {
  const [a, b] = [one as Readonly<Record<string, unknown>>, other as Readonly<Record<string, unknown>>]
  for (const key in a) if (a[key] !== b[key] && !isSameList(a[key], b[key])) return false
  for (const key in b) if (!(key in a)) return false
  return true
}

const isSameList = (a: unknown, b: unknown): boolean =>
  typeof a === 'object' &&
  typeof b === 'object' &&
  ((Array.isArray(a) && Array.isArray(b) && a.length + b.length === 0) ||
    JSON.stringify(a) === JSON.stringify(b))

/** What was read first becomes one row, as it would in the end: the newer tells, the older fills. */
function joinOldest(equal: ReadRow[]): void {
  const oldest = equal.splice(0, equalMax).toSorted((a, b) => (isNewer(a.from, b.from) ? -1 : 1))
  const [newest, ...others] = oldest
  if (newest === undefined) return
  const { fold, join = filled } = infoOf(newest.relation)
  const row = others.reduce<object>((newer, older) => (fold ?? join)(newer, older.row), newest.row)
  equal.unshift({ ...newest, row } as ReadRow)
}
