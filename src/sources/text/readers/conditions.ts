import { parseTime } from '#base/clock.ts'
import type { ConditionRow, NodeRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { continuations, joinWrapped, type TextLine } from '#sources/text/lines.ts'
import { messageRows } from '#sources/text/message-rows.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'

/**
 * Conditions of a node, as `kubectl describe node` prints them: the whole table or single lines of it, also in bullets
 * and backticks. Lines next to each other are one node's.
 *
 * @see kubernetes/kubectl:pkg/describe/describe.go (describeNode)
 */
export const conditionsReader: Reader = {
  read(source, at, scope) {
    const first = source.lines[at]?.text ?? ''
    if (!isHeader(first) && conditionRow(first) === undefined) return undefined
    const block = conditionBlock(source.lines, at)
    if (block.conditions.length === 0) return undefined
    return taken(source, scope, block)
  },
}

function taken(source: Source, scope: Scope, block: ConditionBlock): Taken {
  const name = scope.object?.kind === 'Node' ? scope.object.name : (scope.node ?? '')
  const row: NodeRow = { name, unschedulable: false, conditions: block.conditions, taints: [], labels: {} }
  const first = block.firstAt
  return {
    lines: block.lines,
    format: 'conditions of a node',
    about: nodeSubject(name),
    rows: [
      { relation: 'nodes', row, from: place(source, first, scope) },
      ...conditionMessages(source, scope, name, block),
    ],
    covered: [{ relation: 'nodes', coverage: { kind: 'partial' } }],
  }
}

export interface ConditionBlock {
  readonly conditions: readonly ConditionRow[]
  /** The line of the condition that tells most: Ready, else the first. */
  readonly firstAt: number
  readonly lines: number
  /** The line of each condition. */
  readonly at: readonly number[]
}

/** Titles and rules above a table. */
export const headerLinesMax = 3

/** The condition lines from `at` on, with a header before them where there is one. */
export function conditionBlock(lines: readonly TextLine[], at: number): ConditionBlock {
  const conditions: ConditionRow[] = []
  const places: number[] = []
  let next = at
  for (; next < lines.length; next++) {
    const text = lines[next]?.text ?? ''
    if (isHeader(text) && next - at < headerLinesMax) continue
    const alone = conditionRow(text)
    if (alone === undefined) break
    const wrapped = continuations(lines, next)
    const whole = joinWrapped([text, ...wrapped.map((line) => line.text)])
    conditions.push(conditionRow(whole) ?? alone) // a bare one ends with its line
    places.push(next)
    next += wrapped.length
  }
  const ready = conditions.findIndex((condition) => condition.type === 'Ready')
  return { conditions, at: places, lines: next - at, firstAt: places[Math.max(0, ready)] ?? at }
}

export const conditionMessages = (source: Source, scope: Scope, node: string, block: ConditionBlock) =>
  block.conditions.flatMap((condition, index) =>
    messageRows(
      condition.message ?? '',
      node === '' ? {} : { node },
      place(source, block.at[index] ?? block.firstAt, scope),
    ),
  )

const isHeader = (line: string): boolean =>
  /^\s*Type\s+Status\s+LastHeartbeatTime\b|^\s*-{3,}\s+-{3,}(?:\s+-{3,})*\s*$|^Conditions:\s*$/.test(line)

const date =
  '(?:[A-Z][a-z]{2}, \\d{1,2} [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}|\\d{4}-\\d\\d-\\d\\dT[\\d:.]{8,15}Z|<unknown>)'
const dated = new RegExp(
  `^\\s*(?:[-*•]\\s+)?(?<type>[A-Z][A-Za-z]{2,60})\\s+(?<status>True|False|Unknown)\\s+(?<heartbeat>${date})\\s+(?<transition>${date})\\s+(?<reason>[A-Z]\\w{2,80})(?:\\s+(?<message>\\S.*))?$`,
  's',
)
/** Without its times, as people shorten it: only the types that kubelet and calico-node write. */
const short =
  /^\s*(?:[-*•]\s+)?(?<type>Ready|NetworkUnavailable|MemoryPressure|DiskPressure|PIDPressure)[\s=:]+(?<status>True|False|Unknown)\s+(?<reason>[A-Z][a-z]\w{2,80})\s+(?<message>[\w(].*)$/s

/** Not even a reason, as custom columns and people print them. `Ready` alone may be a pod's. */
const bare =
  /^\s*(?:[-*•]\s+)?(?<type>NetworkUnavailable|MemoryPressure|DiskPressure|PIDPressure)[\s=:]+(?<status>True|False|Unknown)\s*(?:\([^)]{0,200}\)\s*)?$/

function conditionRow(line: string): ConditionRow | undefined {
  if (!/\b(?:True|False|Unknown)\b/.test(line)) return undefined
  const m = (dated.exec(line) ?? short.exec(line) ?? bare.exec(line))?.groups
  if (m?.type === undefined) return undefined
  const heartbeatAtMs = parseTime(m.heartbeat ?? '')
  const transitionAtMs = parseTime(m.transition ?? '')
  return {
    type: m.type,
    status: m.status as ConditionRow['status'], // the pattern admits nothing else
    ...(m.reason !== undefined && { reason: m.reason }),
    ...(m.message !== undefined && { message: m.message.trim() }),
    ...(heartbeatAtMs !== undefined && { heartbeatAtMs }),
    ...(transitionAtMs !== undefined && { transitionAtMs }),
  }
}
