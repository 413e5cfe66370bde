/** One line of events: of `kubectl describe` and `kubectl get events`, narrow and wide, of all their versions. */
import { ageMs } from '#sources/text/reader.ts'

export interface EventLine {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  readonly age?: string
  readonly span?: string
  readonly count: number
  readonly component?: string
  readonly host?: string
  readonly object?: { readonly kind: string; readonly namespace?: string; readonly name: string }
}

/** A header of such a table, or the rule under it. */
export const isHeader = (line: string): boolean =>
  /^\s*(?:Type\s+Reason\s+Age\s+From\s+(?:Message)?|(?:NAMESPACE\s+)?LAST ?SEEN\s+(?:TYPE\s+REASON|FIRST ?SEEN)\b.*|FirstSeen\s+LastSeen\s+Count\b.*|-{3,}\s+-{3,}(?:\s+-{3,})*|Events:)\s*$/.test(
    line,
  )

const age = '\\d[\\dsmhdy]{0,12}|<unknown>|<invalid>'
const described = new RegExp(
  `^\\s*(?:[-*•]\\s+)?(?<type>Normal|Warning)\\s+(?<reason>[A-Z][A-Za-z]{2,60})\\s+(?:(?<age>${age})(?:\\s+\\(x(?<count>\\d{1,9}) over (?<span>${age})\\))?\\s+)?(?<component>[a-z][\\w./-]{0,80})(?:,\\s+(?<host>[\\w.-]{1,253}))?\\s+(?<message>\\S.*)$`,
  's',
)
const listed = new RegExp(
  `^\\s*(?:(?<namespace>[a-z0-9][a-z0-9-]{0,62})\\s+)?(?<age>${age})(?:\\s+\\(x(?<count>\\d{1,9}) over (?<span>${age})\\))?\\s+(?<type>Normal|Warning)\\s+(?<reason>[A-Z][A-Za-z]{2,60})\\s+(?<kind>[a-z]{2,40})/(?<name>[\\w.:-]{1,253})\\s+(?:spec\\.\\w{1,40}\\{[\\w-]{1,63}\\}\\s+)?(?:(?<component>[a-z][\\w-]{2,60}), (?<host>[\\w.-]{1,253})\\s+)?(?<message>\\S.*)$`,
  's',
)

/** kubectl before 1.11: `describe` (FirstSeen LastSeen Count From SubObjectPath …), and `get events` with Name and Kind. */
const old = new RegExp(
  `^\\s*(?:(?<namespace>[a-z0-9][a-z0-9-]{0,62})\\s+)?(?<first>${age})\\s+(?<second>${age})\\s+(?<count>\\d{1,9})\\s+(?:(?<name>[a-z0-9][a-z0-9.-]{0,253})\\.[0-9a-f]{13,18}\\s+(?<kind>[A-Z][A-Za-z]{1,40})\\s+|(?<component>[a-z][\\w./-]{0,80})(?:, (?<host>[\\w.-]{1,253}))?\\s+)(?:spec\\.\\w{1,40}\\{[\\w-]{1,63}\\}\\s+)?(?<type>Normal|Warning)\\s+(?<reason>[A-Z][A-Za-z]{2,60})\\s+(?:(?<component2>[a-z][\\w-]{2,60}), (?<host2>[\\w.-]{1,253})\\s+)?(?<message>\\S.*)$`,
  's',
)

/** Undefined for a line that is no event. */
export function eventLine(line: string): EventLine | undefined {
  if (!/\b(?:Normal|Warning)\s/.test(line)) return undefined
  const m = (described.exec(line) ?? listed.exec(line))?.groups
  if (m?.reason === undefined || m.message === undefined) return oldEventLine(line)
  const wide = / {2,}(?<first>\d[\dsmhdy]{0,12}) {2,}(?<count>\d{1,9}) {2,}[\w.-]{1,253}$/.exec(m.message)
  const kind = m.kind === undefined ? undefined : kindOf(m.kind)
  // Only the wide form has a SOURCE column; newer components have no host in it.
  const source = wide === null ? null : /^(?<component>[a-z][\w-]{2,60}) {2,}/.exec(m.message)
  const span = wide?.groups?.first ?? m.span
  return {
    type: m.type as EventLine['type'], // the pattern admits nothing else
    reason: m.reason,
    message: m.message.slice(source?.[0].length ?? 0, wide?.index).trim(),
    count: Number(wide?.groups?.count ?? m.count ?? 1),
    ...(m.age !== undefined && { age: m.age }),
    ...(span !== undefined && { span }),
    ...((m.component ?? source?.[1]) !== undefined && { component: m.component ?? source?.[1] ?? '' }),
    ...(m.host !== undefined && { host: m.host }),
    ...(kind !== undefined &&
      m.name !== undefined && {
        object: { kind, name: m.name, ...(m.namespace !== undefined && { namespace: m.namespace }) },
      }),
  }
}

function oldEventLine(line: string): EventLine | undefined {
  const m = old.exec(line)?.groups
  if (m?.reason === undefined || m.message === undefined) return undefined
  // `get events` prints the last sight first, `describe` the first one; the younger is the last.
  const [age, span] = [m.first ?? '', m.second ?? ''].toSorted((a, b) => (ageMs(a) ?? 0) - (ageMs(b) ?? 0))
  const component = m.component ?? m.component2
  const host = m.host ?? m.host2
  return {
    type: m.type as EventLine['type'], // the pattern admits nothing else
    reason: m.reason,
    message: m.message.trim(),
    count: Number(m.count),
    ...(age !== undefined && { age }),
    ...(span !== undefined && { span }),
    ...(component !== undefined && { component }),
    ...(host !== undefined && { host }),
    ...(m.name !== undefined &&
      m.kind !== undefined && {
        object: { kind: m.kind, name: m.name, ...(m.namespace !== undefined && { namespace: m.namespace }) },
      }),
  }
}

/** Kubernetes' own spelling of a kind that kubectl printed in small letters. */
const kindOf = (small: string): string => kinds.get(small) ?? small.slice(0, 1).toUpperCase() + small.slice(1)

const kinds: ReadonlyMap<string, string> = new Map(
  ['DaemonSet', 'ReplicaSet', 'StatefulSet', 'CronJob', 'IPPool', 'TigeraStatus'].map((kind) => [
    kind.toLowerCase(),
    kind,
  ]),
)
