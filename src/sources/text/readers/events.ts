import type { EventRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { imageVersions } from '#sources/formats/images.ts'
import type { ReadCoverage, ReadRow } from '#sources/reading.ts'
import { continuations, joinWrapped, type TextLine } from '#sources/text/lines.ts'
import { messageRows } from '#sources/text/message-rows.ts'
import {
  ageMs,
  calicoComponentOf,
  place,
  type Reader,
  type Scope,
  type Source,
} from '#sources/text/reader.ts'
import { headerLinesMax } from '#sources/text/readers/conditions.ts'
import { type EventLine, eventLine, isHeader } from '#sources/text/readers/event-lines.ts'
import { wholeList } from '#sources/text/readers/whole-list.ts'

/**
 * Events as `kubectl describe` and `kubectl get events` print them, a table or single lines. Without the object's name
 * beside them, node events are told by their reason, and named by what some of their messages say.
 *
 * @see kubernetes/kubectl:pkg/describe/describe.go (DescribeEvents)
 * @see kubernetes/kubernetes:pkg/printers/internalversion/printers.go (printEvent)
 */
export const eventsReader: Reader = {
  read(source, at, scope) {
    const first = source.lines[at]?.text ?? ''
    if (!isHeader(first) && eventLine(first) === undefined) return undefined
    const block = eventBlock(source.lines, at)
    if (block.events.length === 0) return undefined
    const rows = eventRows(source, scope, block)
    const about = subjectOf(rows)
    return {
      lines: block.lines,
      format: 'events',
      rows,
      covered: partlyEvents(source, scope, { at, end: at + block.lines }, rows),
      ...(about !== undefined && { about }),
    }
  },
}

/** Everything that the API server still remembers, where the command above asked for it. */
function partlyEvents(
  source: Source,
  scope: Scope,
  lines: { readonly at: number; readonly end: number },
  rows: readonly ReadRow[],
): readonly ReadCoverage[] {
  const isWhole =
    isHeader(source.lines[lines.at]?.text ?? '') && wholeList({ source, scope, ...lines }, rows) === 'events'
  const relations = new Set(rows.map(({ relation }) => relation))
  return [...relations].map((relation) => ({
    relation,
    coverage: { kind: isWhole && relation === 'events' ? 'complete' : 'partial' },
  }))
}

export interface EventBlock {
  readonly events: readonly { readonly at: number; readonly line: EventLine }[]
  readonly lines: number
}

export function eventBlock(lines: readonly TextLine[], at: number): EventBlock {
  const events: { at: number; line: EventLine }[] = []
  let next = at
  for (; next < lines.length; next++) {
    const text = lines[next]?.text ?? ''
    if (isHeader(text) && next - at < headerLinesMax) continue
    if (eventLine(text) === undefined) break
    const below = continuations(lines, next)
    // A row of `get events` begins with its age, which a wrapped line might do as well.
    const end = below.findIndex((each) => eventLine(each.text) !== undefined)
    const wrapped = end === -1 ? below : below.slice(0, end)
    const line = eventLine(joinWrapped([text, ...wrapped.map((each) => each.text)]))
    if (line !== undefined) events.push({ at: next, line })
    next += wrapped.length
  }
  return { events, lines: next - at }
}

/** Events of one block, and the messages in them. */
export function eventRows(source: Source, scope: Scope, block: EventBlock): readonly ReadRow[] {
  const node = scope.object?.kind === 'Node' ? scope.object.name : (nodeNamedIn(block) ?? scope.node)
  return block.events.flatMap(({ at, line }) => {
    const row = eventRow(line, { source, scope, node })
    const from = place(source, at, scope, { ...(row.lastAtMs !== undefined && { atMs: row.lastAtMs }) })
    const pod = row.about.kind === 'Pod' && row.about.name !== '' ? { pod: { ...row.about } } : {}
    const container = containerOf(row)
    return [
      { relation: 'events', row, from } as const,
      ...imageVersions(row.message).map((version) => ({ relation: 'versions', row: version, from }) as const),
      ...messageRows(
        row.message,
        {
          count: row.count,
          ...(row.node !== undefined && { node: row.node }),
          ...(row.lastAtMs !== undefined && { atMs: row.lastAtMs }),
          ...(pod.pod !== undefined && {
            pod: {
              name: pod.pod.name,
              ...(pod.pod.namespace !== undefined && { namespace: pod.pod.namespace }),
            },
          }),
          ...(container !== undefined && { container }),
        },
        from,
      ),
    ]
  })
}

interface Around {
  readonly source: Source
  readonly scope: Scope
  readonly node: string | undefined
}

function eventRow(line: EventLine, { source, scope, node }: Around): EventRow {
  const about = line.object ?? aboutOf(line, scope, node)
  const back = line.age === undefined ? undefined : ageMs(line.age)
  const span = line.span === undefined ? back : ageMs(line.span)
  const place = line.host ?? (about.kind === 'Node' ? about.name : scope.node)
  return {
    about: withNamespace(about, scope),
    type: line.type,
    reason: line.reason,
    message: line.message,
    count: line.count,
    ...(line.component !== undefined && { component: line.component }),
    ...(place !== undefined && place !== '' && { node: place }),
    ...(span !== undefined && { firstAtMs: source.atMs - span }),
    ...(back !== undefined && { lastAtMs: source.atMs - back }),
  }
}

const withNamespace = (about: EventRow['about'], scope: Scope): EventRow['about'] =>
  about.namespace === undefined && about.kind === 'Pod' && scope.namespace !== undefined
    ? { ...about, namespace: scope.namespace }
    : about

function aboutOf(line: EventLine, scope: Scope, node: string | undefined): EventRow['about'] {
  if (scope.object !== undefined) return scope.object
  if (isOfNode(line)) return { kind: 'Node', name: node ?? '' }
  const pod = podNamedIn(line.message) ?? scope.pod
  return { kind: 'Pod', name: pod?.name ?? '', ...(pod?.namespace && { namespace: pod.namespace }) }
}

const nodeReasons =
  /^(?:Starting|Node(?:Ready|NotReady|Has\w+|AllocatableEnforced|Schedulable|NotSchedulable)|InvalidDiskCapacity|Rebooted|RegisteredNode|RemovingNode|ImageGCFailed|ContainerGCFailed|SystemOOM|EvictionThresholdMet|FreeDiskSpaceFailed|Shutdown|CgroupV1|CheckLimitsForResolvConf|MissingClusterDNS)$/

/** `NodeNotReady` of the node controller with `Node is not ready` is recorded on each pod of the node. */
const isOfNode = ({ reason, message }: EventLine): boolean =>
  nodeReasons.test(reason) && message !== 'Node is not ready'

/** `… in pod calico-node-x7k2p_kube-system(<uid>)`, `Successfully assigned kube-system/calico-node-x7k2p to n1`. */
function podNamedIn(message: string): { readonly namespace: string; readonly name: string } | undefined {
  const m =
    /(?:in pod |pod=)(?<name>[a-z0-9.-]{1,253})_(?<namespace>[a-z0-9-]{1,63})\(|assigned (?<namespace2>[a-z0-9-]{1,63})\/(?<name2>[a-z0-9.-]{1,253}) to /.exec(
      message,
    )?.groups
  const name = m?.name ?? m?.name2
  const namespace = m?.namespace ?? m?.namespace2
  return name === undefined || namespace === undefined ? undefined : { namespace, name }
}

function nodeNamedIn(block: EventBlock): string | undefined {
  for (const { line } of block.events) {
    const name = /^Node (?<name>[\w.-]{1,253}) (?:status is now|has been rebooted|event:)/.exec(line.message)
      ?.groups?.name
    if (name !== undefined) return name
  }
  return undefined
}

/** Probes and restarts of calico-node's pod are calico-node's: its pod has no other container that runs on. */
function containerOf({ about, message }: EventRow): string | undefined {
  if (/calico\/node (?:is not ready|check error)/.test(message)) return 'calico-node'
  const isOfCalicoNode = about.kind === 'Pod' && calicoComponentOf(about.name) === 'calico-node'
  return isOfCalicoNode &&
    /probe (?:failed|errored)|Back-off restarting/.test(message) &&
    !/install-cni|upgrade-ipam|mount-bpffs/.test(message)
    ? 'calico-node'
    : undefined
}

function subjectOf(rows: readonly ReadRow[]) {
  const names = new Set(
    rows.flatMap(({ relation, row }) =>
      relation === 'events' && row.about.kind === 'Node' && row.about.name !== '' ? [row.about.name] : [],
    ),
  )
  const [only] = names
  return names.size === 1 ? nodeSubject(only) : undefined
}
