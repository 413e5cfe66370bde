/**
 * Most detectors are a list of signs: an observation, where it was made, and how much it weighs. This gathers signs into
 * findings, so that a detector says only what it looks for.
 */
import type { Fact, Provenance, Reads, Subject } from '#cluster/facts.ts'
import { placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { clusterSubject, isSameSubject, nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import type { Evidence, Finding, Weight } from '#diagnosis/types.ts'

/** One observation that speaks for (or against) a mode at a place. */
export interface Sign extends Evidence {
  readonly about: Subject
}

/** What a message means to a mode; `undefined` where these parameters mean nothing to it. */
export type MessageSign =
  | readonly [weight: Weight, says: string]
  | ((row: Fact<MessageRow>) => readonly [weight: Weight, says: string] | undefined)

interface MessageOptions {
  /** Messages that say it is over: one of these at the same place, later or without a time, and the sign does not count. */
  readonly endedBy?: readonly string[]
  /** Of those, which end this line (one of the same file). Default: all. */
  readonly isEndOf?: (end: Fact<MessageRow>, row: Fact<MessageRow>) => boolean
  /** Count lines of any age: what they tell (an address that was chosen) stays true until something changes it. */
  readonly ofAnyAge?: boolean
}

/** The signs that messages are, where they were printed. By default only what was printed within ten minutes counts. */
export function messageSigns(
  view: Reads<'messages' | 'pods'>,
  table: Readonly<Record<string, MessageSign>>,
  { endedBy = [], isEndOf = () => true, ofAnyAge = false }: MessageOptions = {},
): readonly Sign[] {
  const rows = view.rows('messages')
  const ends = endedBy.length === 0 ? [] : rows.filter((row) => endedBy.includes(row.message.id))
  return rows.flatMap((row) => {
    const meaning = Object.hasOwn(table, row.message.id) ? table[row.message.id] : undefined
    if (meaning === undefined || !(ofAnyAge || isRecent(view, row.atMs))) return []
    if (ends.some((end) => isEndOf(end, row) && isAfter(view, end, row))) return []
    const sign = typeof meaning === 'function' ? meaning(row) : meaning
    return sign === undefined
      ? []
      : [{ about: placeOfMessage(view, row), weight: sign[0], says: sign[1], from: row.from }]
  })
}

const isAfter = (view: Reads<'messages' | 'pods'>, end: Fact<MessageRow>, row: Fact<MessageRow>): boolean =>
  isSameSubject(placeOfMessage(view, end), placeOfMessage(view, row)) &&
  (end.atMs === undefined || row.atMs === undefined || end.atMs >= row.atMs)

/** A sign out of a row; `node`: where it was seen, undefined or '' for the cluster as a whole. */
export const sign = (
  row: { readonly from: Provenance; readonly node?: string | undefined },
  weight: Weight,
  says: string,
  about: Subject = nodeSubject(row.node),
): Sign => ({ about, weight, says, from: row.from })

/** What a finding says besides its evidence; `undefined`: these signs together are not enough to speak of it. */
export type Conclude<State> = (
  signs: readonly Sign[],
  about: Subject,
) => { readonly says: string; readonly state: State; readonly preventive?: boolean } | undefined

/**
 * One finding per place that has signs. Signs without a place (a paste that names no node) join the only place that is
 * named, else stand for themselves; with `judges: 'cluster'` all signs are the cluster's.
 */
export function findingsOf<State>(
  signs: readonly Sign[],
  { judges, conclude }: { readonly judges: 'node' | 'cluster'; readonly conclude: Conclude<State> },
): readonly Finding<State>[] {
  return grouped(signs.map(asTold), judges).flatMap(({ about, own }) => {
    // What merely speaks against something is no reason to speak of it.
    if (!own.some(({ weight }) => weight !== 'against')) return []
    const conclusion = conclude(own, about)
    if (conclusion === undefined) return []
    const { says, state, preventive = false } = conclusion
    return [{ about, says, state, preventive, evidence: evidenceOf(own) }]
  })
}

/** What somebody only said proves nothing, whatever it says. */
const asTold = (one: Sign): Sign =>
  one.weight === 'decisive' && one.from.isTold === true ? { ...one, weight: 'strong' } : one

interface Group {
  readonly about: Subject
  readonly own: readonly Sign[]
}

function grouped(signs: readonly Sign[], judges: 'node' | 'cluster'): readonly Group[] {
  if (signs.length === 0) return []
  if (judges === 'cluster') return [{ about: clusterSubject, own: signs }]
  const groups = [...Map.groupBy(signs, ({ about }) => renderSubject(about)).values()].map((own) => ({
    about: (own[0] as Sign).about, // a group has a member
    own,
  }))
  const unplaced = groups.find(({ about }) => about.kind === 'cluster')
  const placed = groups.filter((group) => group !== unplaced)
  const [only] = placed
  if (unplaced === undefined || only === undefined || placed.length > 1) return groups
  return [{ about: only.about, own: [...only.own, ...unplaced.own] }]
}

const weights: readonly Weight[] = ['decisive', 'strong', 'weak', 'against']
const evidenceMax = 12

/** The strongest first, equal ones once. */
function evidenceOf(signs: readonly Sign[]): readonly Evidence[] {
  const distinct = new Map(signs.map((one) => [`${one.weight} ${one.says} ${one.from.quote ?? ''}`, one]))
  return [...distinct.values()]
    .toSorted((a, b) => weights.indexOf(a.weight) - weights.indexOf(b.weight))
    .slice(0, evidenceMax)
    .map(({ weight, says, from }) => ({ weight, says, from }))
}

/** Whether some sign weighs this much. */
export const hasSign = (signs: readonly Sign[], weight: Weight): boolean =>
  signs.some((one) => one.weight === weight)

/**
 * The usual answer to "does this finding make that symptom happen": the symptom is seen at the same place, or points at it,
 * or one of the two is not placed. Which kinds of symptoms a mode makes, its `symptoms` say.
 */
export const explainsHere = ({ about }: Pick<Finding, 'about'>, symptom: Symptom): boolean =>
  about.kind === 'cluster' ||
  symptom.about.kind === 'cluster' ||
  [symptom.about, ...(symptom.involves ?? [])].some((one) => isSameSubject(one, about))
