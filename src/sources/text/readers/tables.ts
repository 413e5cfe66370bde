import type { DaemonSetRow, NodeRow, PodRow } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import {
  ageMs,
  calicoComponentOf,
  place,
  type Reader,
  type Scope,
  type Source,
  type Taken,
} from '#sources/text/reader.ts'

type RowOf = (line: string, source: Source, scope: Scope) => PartialRow | undefined
type PartialRow =
  | { readonly relation: 'pods'; readonly row: PodRow }
  | { readonly relation: 'nodes'; readonly row: NodeRow }
  | { readonly relation: 'daemonSets'; readonly row: DaemonSetRow }

/**
 * `kubectl get pods|nodes|daemonsets`, wide or narrow, with or without a header (`| grep calico` takes it away). Rows
 * are known by their shape, so that a chat may have squeezed the columns.
 *
 * @see kubernetes/kubernetes:pkg/printers/internalversion/printers.go
 */
export const tablesReader: Reader = {
  read(source, at, scope) {
    const hasHeader = isHeader(source.lines[at]?.text ?? '')
    const first = hasHeader ? at + 1 : at
    const kind = kinds.find(
      ({ rowOf }) => rowOf(source.lines[first]?.text ?? '', source, scope) !== undefined,
    )
    if (kind === undefined) return hasHeader ? unknownTable(source, at) : undefined
    return rowsOf(source, at, first, scope, kind)
  },
}

interface Kind {
  readonly format: string
  readonly relation: PartialRow['relation']
  readonly rowOf: RowOf
}

function rowsOf(source: Source, at: number, first: number, scope: Scope, kind: Kind): Taken {
  const rows: ReadRow[] = []
  let next = first
  for (; next < source.lines.length; next++) {
    const found = kind.rowOf(source.lines[next]?.text ?? '', source, scope)
    if (found === undefined) break
    // Row and relation come from one reader; the union does not follow a spread.
    rows.push({ ...found, from: place(source, next, scope) } as ReadRow)
  }
  return {
    lines: next - at,
    format: kind.format,
    rows,
    covered: [{ relation: kind.relation, coverage: { kind: 'partial' } }],
  }
}

/** The header of a table, in capitals. */
const isHeader = (line: string): boolean =>
  /^\s*(?:NAMESPACE\s+)?NAME\s+[A-Z][A-Z-]{2,}(?:\s+[A-Z][A-Z()-]+)*\s*$/.test(line)

function unknownTable(source: Source, at: number): Taken {
  let next = at + 1
  while (next < source.lines.length && !isBlank(source.lines[next]?.text) && next - at < 5000) next++
  return { lines: next - at, format: 'a table of kubectl', rows: [], notUnderstood: next - at - 1 }
}

const age = '\\d[\\dsmhdy]{0,12}'
const podLine = new RegExp(
  `^\\s*(?:(?<namespace>[a-z0-9][a-z0-9-]{0,62})\\s+)?(?:pod/)?(?<name>[a-z0-9][a-z0-9.-]{1,252})\\s+(?<ready>\\d{1,3})/(?<total>\\d{1,3})\\s+(?<status>[A-Z][A-Za-z]{2,40}(?::[\\w/]{1,40}){0,2})(?:\\s+(?<restarts>\\d{1,7})(?:\\s+\\((?<restarted>${age}) ago\\))?(?:\\s+(?<age>${age})(?:\\s+(?<ip>[\\da-f.:]+|<none>)\\s+(?<node>[\\w.-]+|<none>)(?:\\s.*)?)?)?)?\\s*$`,
)
/** A pod of Calico's and its state, without more columns. */
const shortPodLine =
  /^\s*(?:(?<namespace>(?:kube|calico|tigera)-[a-z]+)\s+)?(?<name>(?:calico|tigera)-[a-z0-9-]{3,80})\s+(?<status>CrashLoopBackOff|Error|Pending|ContainerCreating|PodInitializing|Terminating|ImagePullBackOff|ErrImagePull|OOMKilled|Init:[\w/]{1,30})(?:\s.*)?$/

const podRow: RowOf = (line, source, scope) => {
  const m = (podLine.exec(line) ?? shortPodLine.exec(line))?.groups
  if (m?.name === undefined || m.status === undefined) return undefined
  const component = calicoComponentOf(m.name)
  const created = ageMs(m.age ?? '')
  const restarted = ageMs(m.restarted ?? '')
  const row: PodRow = {
    namespace: m.namespace ?? scope.namespace ?? '',
    name: m.name,
    status: m.status,
    containers: [],
    ...(component !== undefined && { component }),
    ...(isThere(m.node) && { node: m.node }),
    ...(isThere(m.ip) && { ip: m.ip }),
    ...(m.ready !== undefined && { ready: m.status === 'Running' && m.ready === m.total && m.total !== '0' }),
    ...(m.restarts !== undefined && { restarts: Number(m.restarts) }),
    ...(restarted !== undefined && { lastRestartAtMs: source.atMs - restarted }),
    ...(created !== undefined && { createdAtMs: source.atMs - created }),
    ...(m.status === 'Terminating' && { deleting: true }),
    ...(m.status === 'Completed' && { phase: 'Succeeded' }),
  }
  return { relation: 'pods', row }
}

const isThere = (cell: string | undefined): cell is string => cell !== undefined && cell !== '<none>'

const nodeLine = new RegExp(
  `^\\s*(?:node/)?(?<name>[a-z0-9][a-z0-9.-]{1,252})\\s+(?<status>Ready|NotReady|Unknown)(?<cordoned>,SchedulingDisabled)?\\s+(?<roles>[\\w,<>-]{1,120})\\s+(?<age>${age})\\s+(?<version>v\\d[\\w.+-]*)(?:\\s+(?<ip>[\\da-f.:]+|<none>)(?:\\s.*)?)?$`,
)

const nodeRow: RowOf = (line, source) => {
  const m = nodeLine.exec(line)?.groups
  if (m?.name === undefined) return undefined
  const created = ageMs(m.age ?? '')
  const row: NodeRow = {
    name: m.name,
    unschedulable: m.cordoned !== undefined,
    // NotReady stands for False and for Unknown: kubectl does not tell which, and neither does a reason.
    conditions: [{ type: 'Ready', status: m.status === 'Ready' ? 'True' : 'False' }],
    taints: [],
    labels: {},
    ...(m.version !== undefined && { kubeletVersion: m.version }),
    ...(isThere(m.ip) && { internalIp: m.ip }),
    ...(created !== undefined && { createdAtMs: source.atMs - created }),
  }
  return { relation: 'nodes', row }
}

const daemonSetLine = new RegExp(
  `^\\s*(?:(?<namespace>[a-z0-9][a-z0-9-]{0,62})\\s+)?(?:daemonset(?:\\.apps)?/)?(?<name>[a-z0-9][a-z0-9.-]{1,252})\\s+(?<desired>\\d{1,5})\\s+(?<current>\\d{1,5})\\s+(?<ready>\\d{1,5})\\s+(?<updated>\\d{1,5})\\s+(?<available>\\d{1,5})\\s+\\S+\\s+${age}(?:\\s.*)?$`,
)

const daemonSetRow: RowOf = (line, _source, scope) => {
  const m = daemonSetLine.exec(line)?.groups
  if (m?.name === undefined) return undefined
  const row: DaemonSetRow = {
    namespace: m.namespace ?? scope.namespace ?? '',
    name: m.name,
    desired: Number(m.desired),
    current: Number(m.current),
    ready: Number(m.ready),
    available: Number(m.available),
  }
  return { relation: 'daemonSets', row }
}

const kinds: readonly Kind[] = [
  { format: 'kubectl get pods', relation: 'pods', rowOf: podRow },
  { format: 'kubectl get nodes', relation: 'nodes', rowOf: nodeRow },
  { format: 'kubectl get daemonsets', relation: 'daemonSets', rowOf: daemonSetRow },
]
