/** Nodes, pods and events as rows, and what they quote. */
import { z } from 'zod'
import type { NodeRow } from '#cluster/relations.ts'
import { nodeSubject, podSubject } from '#cluster/subjects.ts'
import { imageRows, podSpecRows } from '#sources/formats/objects/containers.ts'
import { eventRow } from '#sources/formats/objects/events.ts'
import { settingsIn } from '#sources/formats/objects/flatten.ts'
import { nodeRow, nodeVersions } from '#sources/formats/objects/nodes.ts'
import { podRow } from '#sources/formats/objects/pods.ts'
import { told } from '#sources/formats/objects/told.ts'
import { eventShape, nodeShape, podShape } from '#sources/formats/shapes.ts'
import type { ReadRow } from '#sources/reading.ts'
import { messageRows } from '#sources/text/message-rows.ts'
import type { Around, ObjectRows } from '#sources/text/readers/object-rows.ts'

export function nodeRows(value: unknown, around: Around): ObjectRows | undefined {
  const object = nodeShape.safeParse(value)
  if (!object.success) return undefined
  const row = nodeRow(object.data)
  const about = nodeSubject(row.name)
  const isWhole = row.conditions.some((condition) => condition.type === 'Ready')
  const more = [
    ...nodeVersions(row).map((version) => told('versions', version)),
    ...annotationSettings(object.data.metadata.annotations ?? {}, row.name),
  ]
  return {
    rows: [
      { relation: 'nodes', row, from: around.from },
      ...conditionMessages(row, around),
      // Row and relation come from one reader; the union does not follow a spread.
      ...more.map((one) => ({ ...one, from: around.placeOf?.(one) ?? around.from }) as ReadRow),
    ],
    covered: [
      { relation: 'nodes', coverage: { kind: 'partial' } },
      ...(isWhole ? [{ relation: 'nodes', coverage: { kind: 'complete' }, about } as const] : []),
    ],
    about,
    what: 'a Node',
  }
}

/** What calico-node wrote on the node, and people did: its AS number, its tunnels, its key. */
const annotationSettings = (annotations: Readonly<Record<string, string>>, node: string) =>
  Object.entries(annotations)
    .filter(([name]) => name.startsWith('projectcalico.org/'))
    .flatMap(([name, value]) => settingsIn({ [name]: value }, { of: 'Node', in: node, node }))

const conditionMessages = ({ name, conditions }: NodeRow, { from }: Around): readonly ReadRow[] =>
  conditions.flatMap(({ message }) => messageRows(message ?? '', name === '' ? {} : { node: name }, from))

export function podRows(value: unknown, around: Around): ObjectRows | undefined {
  const object = podShape.safeParse(value)
  if (!object.success) return undefined
  const row = podRow(object.data)
  const pod = { namespace: row.namespace, name: row.name }
  const messages = row.containers.flatMap((container) =>
    messageRows(
      container.message ?? '',
      { pod, container: container.name, ...(row.node !== undefined && { node: row.node }) },
      around.from,
    ),
  )
  const spec = podSpecRows((value as { readonly spec?: unknown }).spec, row.component ?? row.name) // the shape has seen an object
  const more = spec.length > 0 ? spec : row.containers.flatMap(({ image }) => imageRows(image))
  return {
    rows: [
      { relation: 'pods', row, from: around.from },
      ...messages,
      ...more.map((one) => ({ ...one, from: around.placeOf?.(one) ?? around.from }) as ReadRow),
    ],
    covered: [{ relation: 'pods', coverage: { kind: 'partial' } }],
    about: podSubject(pod),
    what: 'a Pod',
  }
}

export function eventRows(value: unknown, { from: place }: Around): ObjectRows | undefined {
  const object = eventShape.safeParse(value)
  if (!object.success) return undefined
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
export function nodeConditions(value: unknown, around: Around): ObjectRows | undefined {
  const conditions = conditionsShape.safeParse(conditionsIn(value))
  if (!conditions.success) return undefined
  const isOfNode = conditions.data.some(
    ({ type, reason, lastHeartbeatTime }) =>
      typeof lastHeartbeatTime === 'string' ||
      /^(?:Kubelet|NodeStatus|Calico)/.test(reason ?? '') ||
      type === 'NetworkUnavailable',
  )
  if (!isOfNode) return undefined
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
