/** Stage 1: a few list calls. Their number does not grow with nodes, pods or events beyond paging. */
import type { z } from 'zod'
import type { Coverage, Provenance } from '#cluster/facts.ts'
import type { CalicoNodeRow, RelationName, Relations } from '#cluster/relations.ts'
import { eventRow } from '#sources/formats/objects/events.ts'
import { calicoPartOf, nodeRow } from '#sources/formats/objects/nodes.ts'
import { daemonSetRow, ipPoolRow } from '#sources/formats/objects/others.ts'
import { calicoComponents, podRow } from '#sources/formats/objects/pods.ts'
import { daemonSetShape, eventShape, ipPoolShape, nodeShape, podShape } from '#sources/formats/shapes.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { type ListRequest, listObjects } from '#sources/live/list.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import { complete, joined, partial, type Reading, type ReadRow } from '#sources/reading.ts'

/** The namespaces Calico is installed in: by manifest, by the operator. */
export const calicoNamespaces = ['kube-system', 'calico-system'] as const

/** Nodes, as Kubernetes knows them, and as Calico does where it keeps its part on them. */
export async function readNodes(context: LiveContext): Promise<Reading> {
  const from = ({ name }: { readonly name: string }): Provenance => ({
    source: `node ${name}`,
    command: context.commands.kubectl('describe', 'node', name),
  })
  const known: CalicoNodeRow[] = []
  const nodes = await readList(context, {
    relation: 'nodes',
    path: '/api/v1/nodes',
    shape: nodeShape,
    row: (object) => {
      known.push(...calicoPartOf(object))
      return nodeRow(object)
    },
    from,
  })
  if (known.length === 0) return nodes // Calico's nodes are elsewhere: in etcd
  const isWhole = known.length === nodes.rows.length && coverageOf(nodes).kind === 'complete'
  return {
    rows: [
      ...nodes.rows,
      ...known.map((row) => ({ relation: 'calicoNodes' as const, row, from: from(row) })),
    ],
    covered: [...nodes.covered, { relation: 'calicoNodes', coverage: isWhole ? complete : partial }],
  }
}

export const readDaemonSets = (context: LiveContext): Promise<Reading> =>
  readList(context, {
    relation: 'daemonSets',
    path: '/apis/apps/v1/daemonsets',
    // By name: the operator's DaemonSet does not carry the labels of the manifest's.
    query: { fieldSelector: 'metadata.name=calico-node' },
    shape: daemonSetShape,
    row: daemonSetRow,
    from: ({ namespace, name }) => ({
      source: `daemonset ${namespace}/${name}`,
      command: context.commands.kubectl('get', 'daemonset', '-n', namespace, name),
    }),
  })

export const readIpPools = (context: LiveContext): Promise<Reading> =>
  readList(context, {
    relation: 'ipPools',
    path: '/apis/crd.projectcalico.org/v1/ippools',
    shape: ipPoolShape,
    row: ipPoolRow,
    from: ({ name }) => ({
      source: `ippool ${name}`,
      command: context.commands.kubectl('get', 'ippools.crd.projectcalico.org', name, '-o', 'yaml'),
    }),
  })

/**
 * Calico's own pods, by label. Where listing all namespaces is forbidden, the two usual namespaces are tried.
 * `complete` for this relation promises Calico's pods; other pods are read where they tell something.
 */
export async function readCalicoPods(context: LiveContext): Promise<Reading> {
  const labelSelector = `k8s-app in (${calicoComponents.join(',')})`
  const list = (path: string) => readList(context, { ...podList(context), path, query: { labelSelector } })
  const everywhere = await list('/api/v1/pods')
  if (!isForbidden(everywhere)) return everywhere
  return narrowed(
    everywhere,
    await Promise.all(calicoNamespaces.map((namespace) => list(`/api/v1/namespaces/${namespace}/pods`))),
  )
}

/** Pods that never came up, or failed, wherever they are. One page: forty stuck pods say no more than five hundred. */
export const readStuckPods = async (context: LiveContext): Promise<Reading> => ({
  ...(await readList(context, {
    ...podList(context),
    path: '/api/v1/pods',
    query: { fieldSelector: 'status.phase!=Running,status.phase!=Succeeded' },
    pagesMax: 1,
  })),
  covered: [],
})

/** The pods of one node: read for suspects only. */
export const readPodsOf = async (context: LiveContext, node: string): Promise<Reading> => ({
  ...(await readList(context, {
    ...podList(context),
    path: '/api/v1/pods',
    query: { fieldSelector: `spec.nodeName=${node}` },
    pagesMax: 1,
  })),
  covered: [],
})

const podList = (context: LiveContext) => ({
  relation: 'pods' as const,
  shape: podShape,
  row: podRow,
  from: ({ namespace, name }: Relations['pods']): Provenance => ({
    source: `pod ${namespace}/${name}`,
    command: context.commands.kubectl('describe', 'pod', '-n', namespace, name),
  }),
})

/** Warnings of all namespaces, everything about nodes, and everything about pods where Calico lives. */
export async function readEvents(context: LiveContext): Promise<Reading> {
  const list = (path: string, fieldSelector: string, command: readonly string[]) =>
    readList(context, {
      relation: 'events',
      path,
      query: { fieldSelector },
      shape: eventShape,
      row: eventRow,
      pagesMax: 10,
      from: (row) => ({
        source: `event ${row.reason} of ${row.about.kind.toLowerCase()} ${row.about.namespace === undefined ? '' : `${row.about.namespace}/`}${row.about.name}`,
        command: context.commands.kubectl('get', 'events', ...command, '--field-selector', fieldSelector),
        ...(row.lastAtMs === undefined ? {} : { atMs: row.lastAtMs }),
      }),
    })
  const inNamespace = (namespace: string, fieldSelector: string) =>
    list(`/api/v1/namespaces/${namespace}/events`, fieldSelector, ['-n', namespace])
  const [warnings, ...others] = await Promise.all([
    list('/api/v1/events', 'type=Warning', ['-A']),
    // Events about cluster-scoped objects live in the namespace `default`.
    inNamespace('default', 'involvedObject.kind=Node,type=Normal'),
    ...calicoNamespaces.map((each) => inNamespace(each, 'involvedObject.kind=Pod,type=Normal')),
  ])
  if (!isForbidden(warnings)) return withEventMessages(context, judged(warnings, others))
  const spared = await Promise.all(
    ['default', ...calicoNamespaces].map((each) => inNamespace(each, 'type=Warning')),
  )
  return withEventMessages(context, narrowed(warnings, [...spared, ...others]))
}

/** The warnings decide how far `events` was read; what else failed makes it partial. */
function judged(main: Reading, others: readonly Reading[]): Reading {
  const all = joined([main, ...others])
  const hole = others.some((reading) => coverageOf(reading).kind !== 'complete')
  const coverage = coverageOf(main)
  return {
    rows: all.rows,
    covered: [{ relation: 'events', coverage: hole && coverage.kind === 'complete' ? partial : coverage }],
  }
}

/** Events quote kubelet, the runtime and probes: what the catalogue knows of it becomes messages too. */
function withEventMessages(context: LiveContext, reading: Reading): Reading {
  const messages = reading.rows.flatMap((read): readonly ReadRow[] => {
    if (read.relation !== 'events') return []
    const { about, node, count, lastAtMs, message } = read.row
    return context.recognise(message).map((found) => ({
      relation: 'messages' as const,
      row: {
        message: found,
        count,
        ...(node === undefined ? {} : { node }),
        ...(lastAtMs === undefined ? {} : { atMs: lastAtMs }),
        ...(about.kind === 'Pod'
          ? {
              pod: {
                name: about.name,
                ...(about.namespace === undefined ? {} : { namespace: about.namespace }),
              },
            }
          : {}),
      },
      from: { ...read.from, quote: message },
    }))
  })
  return { rows: [...reading.rows, ...messages], covered: reading.covered }
}

interface RowRequest<R extends RelationName, Shape extends z.ZodType> extends ListRequest<Shape> {
  readonly relation: R
  readonly row: (object: z.infer<Shape>) => Relations[R]
  readonly from: (row: Relations[R]) => Provenance
}

async function readList<R extends RelationName, Shape extends z.ZodType>(
  context: LiveContext,
  request: RowRequest<R, Shape>,
): Promise<Reading> {
  const { relation } = request
  const listed = await listObjects(context.api, request, context.call)
  if (!listed.ok) {
    context.troubles.push(listed.error)
    return { rows: [], covered: [{ relation, coverage: missingBy(listed.error) }] }
  }
  const rows = listed.value.items.map((object) => {
    const row = request.row(object)
    // R ties relation and row together; TypeScript does not distribute that over the union.
    return { relation, row, from: request.from(row) } as unknown as ReadRow
  })
  return { rows, covered: [{ relation, coverage: listed.value.whole ? complete : partial }] }
}

const coverageOf = (reading: Reading): Coverage => reading.covered[0]?.coverage ?? partial

const isForbidden = (reading: Reading): boolean => {
  const coverage = coverageOf(reading)
  return coverage.kind === 'missing' && coverage.why === 'forbidden'
}

/** What a few namespaces gave in place of all: partial as soon as one answered, else still forbidden. */
function narrowed(everywhere: Reading, some: readonly Reading[]): Reading {
  const [first] = everywhere.covered
  if (first === undefined || some.every((reading) => coverageOf(reading).kind === 'missing'))
    return everywhere
  return { rows: joined(some).rows, covered: [{ relation: first.relation, coverage: partial }] }
}
