import { z } from 'zod'
import { parsedJson } from '#base/json.ts'
import { Trouble } from '#base/trouble.ts'
import type { Plan } from '#repair/types.ts'

/**
 * The write-ahead journal of one repair: what is meant to be done is written before it is done, so that whoever comes
 * after a crash knows which step may be half done. One JSON object a line.
 *
 * A copy of it in the cluster (a ConfigMap), so that another machine can resume, is not written.
 */
export interface Journal {
  append(entry: JournalEntry): Promise<void>
  read(): Promise<readonly JournalEntry[]>
}

export type JournalEntry =
  | {
      readonly kind: 'begin'
      readonly atMs: number
      readonly version: 1
      readonly cluster: string
      readonly plan: Plan
    }
  | { readonly kind: 'intent'; readonly atMs: number; readonly step: string }
  | { readonly kind: StepEnd; readonly atMs: number; readonly step: string; readonly says: string }
  | {
      readonly kind: 'end'
      readonly atMs: number
      readonly outcome: 'mended' | 'failed' | 'undone' | 'aborted'
      readonly says: string
    }

export type StepEnd = 'done' | 'already' | 'left-out' | 'failed' | 'undone'

const entryShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('begin'),
    atMs: z.number(),
    version: z.literal(1),
    cluster: z.string(),
    // Written by this program from a Plan; only its outline is checked again.
    plan: z.object({ mode: z.string(), steps: z.array(z.object({ id: z.string() }).loose()) }).loose(),
  }),
  z.object({ kind: z.literal('intent'), atMs: z.number(), step: z.string() }),
  z.object({
    kind: z.enum(['done', 'already', 'left-out', 'failed', 'undone']),
    atMs: z.number(),
    step: z.string(),
    says: z.string(),
  }),
  z.object({
    kind: z.literal('end'),
    atMs: z.number(),
    outcome: z.enum(['mended', 'failed', 'undone', 'aborted']),
    says: z.string(),
  }),
])

export const writeEntry = (entry: JournalEntry): string => `${JSON.stringify(entry)}\n`

/**
 * The entries of a journal's text. A last line that is cut off (the crash came while it was written) is dropped:
 * what it would have said had not begun. Throws on any other line that is no entry.
 */
export function readEntries(text: string): readonly JournalEntry[] {
  return mendedText(text)
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const parsed = entryShape.safeParse(parsedJson(line))
      if (!parsed.success) throw new JournalBroken(index + 1)
      // The plan inside was written by writeEntry; see the shape.
      return parsed.data as unknown as JournalEntry
    })
}

/**
 * The text without a last line that a crash cut off, and ending with a line end: what a further entry may follow.
 * An entry that lacks only its line end is whole.
 */
export function mendedText(text: string): string {
  if (text === '' || text.endsWith('\n')) return text
  const start = text.lastIndexOf('\n') + 1
  return isEntry(text.slice(start)) ? `${text}\n` : text.slice(0, start)
}

/** A journal that somebody else wrote or changed: nothing is resumed from it. */
export class JournalBroken extends Trouble {
  constructor(line: number) {
    super('journal-broken', `line ${line} of the repair's journal is no entry of ours`, {
      hint: 'look at the cluster and begin a new repair; the journal file is left as it is',
    })
  }
}

const isEntry = (line: string): boolean => entryShape.safeParse(parsedJson(line)).success

/** Where the last repair in a journal stands. */
export interface JournalState {
  readonly plan: Plan
  readonly cluster: string
  readonly beganAtMs: number
  /** Step ids and how they ended. */
  readonly ended: ReadonlyMap<string, StepEnd>
  /** Begun and not ended: it may be done, half done, or not done. */
  readonly inDoubt: string | undefined
  readonly over: boolean
}

/** `undefined` for a journal without a beginning. */
export function stateOf(entries: readonly JournalEntry[]): JournalState | undefined {
  const start = entries.findLastIndex(({ kind }) => kind === 'begin')
  const begin = entries[start]
  if (begin?.kind !== 'begin') return undefined
  const ended = new Map<string, StepEnd>()
  let inDoubt: string | undefined
  let over = false
  for (const entry of entries.slice(start + 1)) {
    if (entry.kind === 'intent') inDoubt = entry.step
    else if (entry.kind === 'end') over = true
    else if (entry.kind !== 'begin') {
      ended.set(
        entry.step,
        meant(entry.kind, { before: ended.get(entry.step), ours: inDoubt === entry.step }),
      )
      if (inDoubt === entry.step) inDoubt = undefined
    }
  }
  return { plan: begin.plan, cluster: begin.cluster, beganAtMs: begin.atMs, ended, inDoubt, over }
}

/** Found done after a crash is done by us when we had begun it, or had done it before: undo must take it back. */
const meant = (kind: StepEnd, { before, ours }: { before: StepEnd | undefined; ours: boolean }): StepEnd =>
  kind === 'already' && (ours || before === 'done') ? 'done' : kind

/** A journal in memory, for plans that are carried out where nothing outlives the process (tests, laws). */
export function memoryJournal(entries: JournalEntry[] = []): Journal {
  return {
    append: async (entry) => {
      entries.push(entry)
    },
    read: async () => [...entries],
  }
}
