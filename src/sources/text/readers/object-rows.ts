/** Kubernetes objects, whole or in part, as rows. The shapes are those by which the live source reads the API. */
import { z } from 'zod'
import type { Provenance, Subject } from '#cluster/facts.ts'
import type { NodeRow } from '#cluster/relations.ts'
import { nodeSubject, podSubject } from '#cluster/subjects.ts'
import { eventRow } from '#sources/formats/objects/events.ts'
import { nodeRow } from '#sources/formats/objects/nodes.ts'
import { daemonSetRow, ipPoolRow } from '#sources/formats/objects/others.ts'
import { podRow } from '#sources/formats/objects/pods.ts'
import { daemonSetShape, eventShape, ipPoolShape, nodeShape, podShape } from '#sources/formats/shapes.ts'
import type { ReadCoverage, ReadRow } from '#sources/reading.ts'
import { messageRows } from '#sources/text/message-rows.ts'
import type { Scope, Source } from '#sources/text/reader.ts'

interface Around {
  readonly source: Source
  readonly scope: Scope
  readonly from: Provenance
}

interface ObjectRows {
  readonly rows: readonly ReadRow[]
  readonly covered: readonly ReadCoverage[]
  readonly about?: Subject
  /** `a Node`, `12 objects`. */
  readonly what: string
}

export function objectRows(value: unknown, around: Around): ObjectRows {
  const objects = objectsIn(value)
  const read = objects.map((object) => oneObject(object, around)).filter(({ rows }) => rows.length > 0)
  const [only] = read
  if (only !== undefined && objects.length === 1) return only
  return {
    rows: read.flatMap(({ rows }) => rows),
    covered: read.flatMap(({ covered }) => covered),
    what: `${objects.length} objects`,
  }
}

const listShape = z.object({ items: z.array(z.unknown()) })

function objectsIn(value: unknown): readonly unknown[] {
  const list = listShape.safeParse(value)
  if (list.success) return list.data.items
  return Array.isArray(value) && value.some((item) => kindOf(item) !== undefined) ? value : [value]
}

const kindShape = z.object({ kind: z.string() })
const kindOf = (value: unknown): string | undefined => kindShape.safeParse(value).data?.kind

function oneObject(value: unknown, around: Around): ObjectRows {
  switch (kindOf(value)) {
    case 'Node':
      return nodeRows(value, around)
    case 'Pod':
      return podRows(value, around)
    case 'Event':
      return eventRows(value, around)
    case 'DaemonSet': {
      const object = daemonSetShape.safeParse(value)
      return object.success
        ? simple('daemonSets', daemonSetRow(object.data), around)
        : fragment(value, around)
    }
    case 'IPPool': {
      const object = ipPoolShape.safeParse(value)
      return object.success ? simple('ipPools', ipPoolRow(object.data), around) : fragment(value, around)
    }
    default:
      return fragment(value, around)
  }
}

function simple<R extends 'daemonSets' | 'ipPools'>(
  relation: R,
  row: Extract<ReadRow, { relation: R }>['row'],
  { from }: Around,
): ObjectRows {
  // The generic parameter ties the two together; the union does not follow it.
  const read = { relation, row, from } as unknown as ReadRow
  return {
    rows: [read],
    covered: [{ relation, coverage: { kind: 'partial' } }],
    what: relation === 'daemonSets' ? 'a DaemonSet' : 'an IPPool',
  }
}

function nodeRows(value: unknown, around: Around): ObjectRows {
  const object = nodeShape.safeParse(value)
  if (!object.success) return fragment(value, around)
  const row = nodeRow(object.data)
  const about = nodeSubject(row.name)
  const isWhole = row.conditions.some((condition) => condition.type === 'Ready')
  return {
    rows: [{ relation: 'nodes', row, from: around.from }, ...conditionMessages(row, around)],
    covered: [
      { relation: 'nodes', coverage: { kind: 'partial' } },
      ...(isWhole ? [{ relation: 'nodes', coverage: { kind: 'complete' }, about } as const] : []),
    ],
    about,
    what: 'a Node',
  }
}

const conditionMessages = ({ name, conditions }: NodeRow, { from }: Around): readonly ReadRow[] =>
  conditions.flatMap(({ message }) => messageRows(message ?? '', name === '' ? {} : { node: name }, from))

function podRows(value: unknown, around: Around): ObjectRows {
  const object = podShape.safeParse(value)
  if (!object.success) return fragment(value, around)
  const row = podRow(object.data)
  const pod = { namespace: row.namespace, name: row.name }
  const messages = row.containers.flatMap((container) =>
    messageRows(
      container.message ?? '',
      { pod, container: container.name, ...(row.node !== undefined && { node: row.node }) },
      around.from,
    ),
  )
  return {
    rows: [{ relation: 'pods', row, from: around.from }, ...messages],
    covered: [{ relation: 'pods', coverage: { kind: 'partial' } }],
    about: podSubject(pod),
    what: 'a Pod',
  }
}

function eventRows(value: unknown, { from: place }: Around): ObjectRows {
  const object = eventShape.safeParse(value)
  if (!object.success) return nothing
  const row = eventRow(object.data)
  const from = row.lastAtMs === undefined ? place : { ...place, atMs: row.lastAtMs }
  const { about } = row
  return {
    rows: [
      { relation: 'events', row, from },
      ...messageRows(
        row.message,
        {
          count: row.count,
          ...(row.node !== undefined && { node: row.node }),
          ...(row.lastAtMs !== undefined && { atMs: row.lastAtMs }),
          ...(about.kind === 'Pod' && {
            pod: { name: about.name, ...(about.namespace !== undefined && { namespace: about.namespace }) },
          }),
        },
        from,
      ),
    ],
    covered: [{ relation: 'events', coverage: { kind: 'partial' } }],
    what: 'an Event',
  }
}

const nothing: ObjectRows = { rows: [], covered: [], what: 'nothing known' }

const conditionsShape = z
  .array(
    z.object({
      type: z.string(),
      status: z.enum(['True', 'False', 'Unknown']),
      reason: z.string().nullish(),
      message: z.string().nullish(),
      lastHeartbeatTime: z.string().nullish(),
      lastTransitionTime: z.string().nullish(),
    }),
  )
  .min(1)

/** Conditions of a node without the node around them: only nodes have a heartbeat, or a reason that starts with Kubelet. */
function fragment(value: unknown, around: Around): ObjectRows {
  const conditions = conditionsShape.safeParse(conditionsIn(value))
  if (!conditions.success) return nothing
  const isOfNode = conditions.data.some(
    ({ type, reason, lastHeartbeatTime }) =>
      typeof lastHeartbeatTime === 'string' ||
      /^(?:Kubelet|NodeStatus|Calico)/.test(reason ?? '') ||
      type === 'NetworkUnavailable',
  )
  if (!isOfNode) return nothing
  const name = around.scope.node ?? ''
  const row = nodeRow({ metadata: { name: 'unnamed' }, status: { conditions: conditions.data } })
  const named: NodeRow = { ...row, name }
  return {
    rows: [{ relation: 'nodes', row: named, from: around.from }, ...conditionMessages(named, around)],
    covered: [{ relation: 'nodes', coverage: { kind: 'partial' } }],
    about: nodeSubject(name),
    what: 'a node’s conditions',
  }
}

function conditionsIn(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  if ('conditions' in value) return value.conditions
  return 'status' in value ? conditionsIn(value.status) : [value]
}
