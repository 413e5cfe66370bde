/** Stage 2: logs of suspects and of the nodes they point at. */
import { parseTime } from '#base/clock.ts'
import type { Coverage } from '#cluster/facts.ts'
import { peel } from '#cluster/messages/log-line.ts'
import type { ContainerRow, PodRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { ApiTrouble, LogRequest } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import type { Suspect } from '#sources/live/suspects.ts'
import { complete, joined, notAsked, partial, type Reading, type ReadRow } from '#sources/reading.ts'

/** Lines of the running container, and of the one before it, in which its end is told. */
const tailLines = { current: 500, previous: 300 }
const limitBytes = 2 ** 20

/** What calico-node's containers on this node wrote, recognised. Covers `messages` for the node. */
export async function readLogs(context: LiveContext, { node, pod }: Suspect): Promise<Reading> {
  if (pod === undefined) return covering(node, notAsked(`no calico-node pod on ${node} has logs to read`))
  const requests = logsWorthReading(pod)
  const readings = await Promise.all(requests.map((request) => readLines(context, request, node)))
  const rows = readings.flatMap((reading) => reading.rows)
  // What the current container says decides; an older log that is gone takes nothing away.
  const coverage = readings.find((_, index) => requests[index]?.previous !== true)?.coverage ?? partial
  return { rows, covered: [{ relation: 'messages', coverage, about: nodeSubject(node) }] }
}

export const readAllLogs = async (context: LiveContext, suspects: readonly Suspect[]): Promise<Reading> =>
  joined(await Promise.all(suspects.map((suspect) => readLogs(context, suspect))))

/** calico-node's own container first, then init containers that did not end well, then the rest's previous lives. */
function logsWorthReading(pod: PodRow): readonly LogRequest[] {
  const { namespace, name } = pod
  const of = (container: ContainerRow, previous: boolean): LogRequest => ({
    namespace,
    pod: name,
    container: container.name,
    previous,
    tailLines: previous ? tailLines.previous : tailLines.current,
    limitBytes,
  })
  const worth = pod.containers.filter((container) => !container.init || isTroubled(container))
  const ordered = worth.toSorted((a, b) => Number(a.init) - Number(b.init))
  return ordered.flatMap((container) =>
    (container.restarts ?? 0) > 0 ? [of(container, false), of(container, true)] : [of(container, false)],
  )
}

const isTroubled = ({ state, reason, restarts }: ContainerRow): boolean =>
  (restarts ?? 0) > 0 || (state === 'terminated' ? reason !== 'Completed' : state === 'running')

/** The lines of one log that the catalogue knows; `node`: on which they were written, where that says what they are about. */
export async function readLines(
  context: LiveContext,
  request: LogRequest,
  node?: string,
): Promise<{ readonly rows: readonly ReadRow[]; readonly coverage: Coverage }> {
  const answer = await context.api.logs(request, context.call)
  if (!answer.ok)
    return {
      rows: [
        ...closedPorts(context, request, answer.error),
        ...unasked(context, request, node, answer.error),
      ],
      coverage: missingBy(answer.error),
    }
  const lines = answer.value.split('\n').filter((line) => line !== '')
  const rows = lines.flatMap((line) => messageRows(context, request, node, line))
  return { rows, coverage: lines.length < request.tailLines ? complete : partial }
}

const kubeletPort = 10250

/** Why the API server got no log: where nobody listens at the kubelet's port, the machine itself has answered. */
const closedPorts = (
  { recognise, commands }: LiveContext,
  request: LogRequest,
  { says }: ApiTrouble,
): readonly ReadRow[] =>
  recognise(says).flatMap(({ id, params: { address, port } }): readonly ReadRow[] =>
    id !== 'dial/refused' || address === undefined || Number(port) !== kubeletPort
      ? []
      : [
          {
            relation: 'reachability',
            row: {
              node: '',
              in: 'host',
              to: address,
              port: kubeletPort,
              protocol: 'tcp',
              outcome: 'refused',
            },
            from: { source: 'the API server', quote: says, command: commands.logs(request) },
          },
        ],
  )

/** A kubelet that answers that it cannot ask whether the API server may read its logs. */
const unasked = (
  { recognise, commands }: LiveContext,
  request: LogRequest,
  node: string | undefined,
  { says }: ApiTrouble,
): readonly ReadRow[] =>
  recognise(says)
    .filter(({ id }) => id === 'kubelet/cannot-authorize')
    .map((message) => ({
      relation: 'messages',
      row: {
        message,
        ...(node === undefined ? {} : { node }),
        pod: { namespace: request.namespace, name: request.pod },
        count: 1,
      },
      from: { source: 'the API server', quote: says, command: commands.logs(request) },
    }))

function messageRows(
  context: LiveContext,
  request: LogRequest,
  node: string | undefined,
  line: string,
): readonly ReadRow[] {
  const { atMs, text } = stamped(line)
  const when = atMs === undefined ? {} : { atMs }
  // The catalogue knows the words, not what each program's logger puts before them.
  return context.recognise(peel(text)?.text ?? text).map((message) => ({
    relation: 'messages' as const,
    row: {
      message,
      ...(node === undefined ? {} : { node }),
      pod: { namespace: request.namespace, name: request.pod },
      container: request.container,
      count: 1,
      ...when,
    },
    from: {
      source: `log of pod ${request.namespace}/${request.pod}, container ${request.container}${request.previous === true ? ' (previous)' : ''}`,
      quote: text,
      command: context.commands.logs(request),
      ...when,
    },
  }))
}

/** Takes off the time that `timestamps=true` puts before each line. */
function stamped(line: string): { readonly atMs: number | undefined; readonly text: string } {
  const space = line.indexOf(' ')
  const head = space < 0 ? line : line.slice(0, space)
  const atMs = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(head) ? parseTime(head) : undefined
  return atMs === undefined ? { atMs, text: line } : { atMs, text: space < 0 ? '' : line.slice(space + 1) }
}

const covering = (node: string, coverage: Coverage): Reading => ({
  rows: [],
  covered: [{ relation: 'messages', coverage, about: nodeSubject(node) }],
})
