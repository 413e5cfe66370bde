/**
 * Whom the rows speak of. Half of what people paste does not say it; what the rest of the paste says decides, when it
 * can be decided. All rules work on all rows together, so the order of the pieces makes no difference.
 */

import { unnamedCalicoPod } from '#cluster/calico-objects.ts'
import type { PodRow } from '#cluster/relations.ts'
import { parseTmpfiles } from '#sources/formats/tmpfiles.ts'
import type { ReadRow } from '#sources/reading.ts'
import { podMark } from '#sources/text/reader.ts'

type Of<R extends ReadRow['relation']> = Extract<ReadRow, { relation: R }>

export interface Resolved {
  readonly rows: readonly ReadRow[]
  /** The node that rows without a name were taken to speak of, and why that one. */
  readonly unnamed: { readonly node: string; readonly from: string } | undefined
}

/** @param given the node that the user named: every row without one is about it */
export function resolveSubjects(rows: readonly ReadRow[], given: string | undefined): Resolved {
  const spelt = withOneSpelling(rows)
  const nodeOfPod = nodesOfPods(spelt)
  const placed = spelt.map((read) => withNode(read, (node) => podsNode(node, nodeOfPod)))
  const unnamed = given === undefined ? likeliestNode(placed) : { node: given, from: 'the node you gave' }
  const named =
    unnamed === undefined ? placed : placed.map((read) => withUnnamed(read, unnamed.node, nodeOfPod))
  return { rows: withWinners(withNamespaces(withoutDoubles(named))), unnamed }
}

// ------------------------------------------------------------------------------------------ node names

/** Relations of the cluster as a whole: a `node` in their rows says something else than where they were read. */
const clusterWide = new Set([
  'daemonSets',
  'ipPools',
  'calicoNodes',
  'bgpPeers',
  'services',
  'ipamBlocks',
  'policies',
  'hostEndpoints',
  'webhooks',
  'certificates',
  'signingRequests',
  'apiServices',
  'secrets',
  'roles',
  'cloudRules',
  'endpointGateways',
  'workers',
] as const)

type ClusterWide = typeof clusterWide extends Set<infer Name> ? Name : never
type PlacedRow = Exclude<ReadRow, { relation: ClusterWide }>

const isPlaced = (read: ReadRow): read is PlacedRow =>
  !(clusterWide as ReadonlySet<string>).has(read.relation)

/** Whom a row is about, where that is a node: undefined or empty when nobody said it. */
export function nodeOf(read: ReadRow): string | undefined {
  if (!isPlaced(read)) return undefined
  switch (read.relation) {
    case 'nodes':
      return read.row.name
    case 'events':
      return read.row.about.kind === 'Node' ? read.row.about.name : read.row.node
    default:
      return read.row.node
  }
}

function withNode(read: ReadRow, change: (node: string | undefined) => string | undefined): ReadRow {
  const before = nodeOf(read)
  const after = change(before)
  if (after === before || after === undefined) return read
  switch (read.relation) {
    case 'nodes':
      return { ...read, row: { ...read.row, name: after } }
    case 'events': {
      const about = read.row.about.kind === 'Node' ? { ...read.row.about, name: after } : read.row.about
      return { ...read, row: { ...read.row, about, node: after } }
    }
    default:
      // Each of these rows has `node`; the spread of a union does not keep it together with its relation.
      return isPlaced(read) ? ({ ...read, row: { ...read.row, node: after } } as ReadRow) : read
  }
}

/** `worker-03` and `k8s-worker-03.example.com` are `k8s-worker-03` where that is the only node it can be. */
function withOneSpelling(rows: readonly ReadRow[]): readonly ReadRow[] {
  const names = new Set(
    rows.map(nodeOf).filter((name) => name !== undefined && name !== '' && !name.startsWith(podMark)),
  )
  const certain = new Set(rows.flatMap((read) => (isCertain(read) ? [nodeOf(read)] : [])))
  const known = certain.size > 0 ? certain : names
  const spelling = new Map<string, string>()
  for (const name of names) {
    if (name === undefined || known.has(name)) continue
    const same = [...known].filter((other) => other !== undefined && isSameMachine(name, other))
    if (same.length === 1 && same[0] !== undefined) spelling.set(name, same[0])
  }
  const longer = spelling.size > 0 ? spelling : longestSpellings(names)
  return longer.size === 0
    ? rows
    : rows.map((read) => withNode(read, (node) => (node === undefined ? node : (longer.get(node) ?? node))))
}

/** The object itself, or a pod on it: spelt as Kubernetes spells it. */
const isCertain = (read: ReadRow): boolean =>
  (read.relation === 'nodes' && read.row.name !== '') ||
  (read.relation === 'pods' && read.row.node !== undefined && read.row.name !== unnamedCalicoPod)

const isSameMachine = (a: string, b: string): boolean =>
  a.startsWith(`${b}.`) || b.startsWith(`${a}.`) || a.endsWith(`-${b}`) || b.endsWith(`-${a}`)

/** Among people's own words the longest form stands for the shorter ones. */
function longestSpellings(names: ReadonlySet<string | undefined>): Map<string, string> {
  const spelling = new Map<string, string>()
  const all = [...names].filter((name) => name !== undefined)
  for (const name of all) {
    const longer = all.filter((other) => other.length > name.length && isSameMachine(name, other))
    if (longer.length === 1 && longer[0] !== undefined) spelling.set(name, longer[0])
  }
  return spelling
}

// ------------------------------------------------------------------------------------------ pods

const nodesOfPods = (rows: readonly ReadRow[]): ReadonlyMap<string, string> =>
  new Map(
    rows.flatMap((read) =>
      read.relation === 'pods' && read.row.node !== undefined && read.row.name !== unnamedCalicoPod
        ? [[read.row.name, read.row.node] as const]
        : [],
    ),
  )

/** What was read through a pod (`kubectl exec POD -- …`) was read on its node. */
const podsNode = (node: string | undefined, nodeOfPod: ReadonlyMap<string, string>): string | undefined =>
  node?.startsWith(podMark) ? (nodeOfPod.get(node.slice(podMark.length)) ?? '') : node

/** A pod that was only spoken of is the one that was seen on its node. */
function withoutDoubles(rows: readonly ReadRow[]): readonly ReadRow[] {
  const calicoNodes = rows.flatMap((read) =>
    read.relation === 'pods' && read.row.component === 'calico-node' && read.row.name !== unnamedCalicoPod
      ? [read.row]
      : [],
  )
  const seen = new Set(calicoNodes.map(({ node }) => node ?? ''))
  const named = calicoNodes.length > namedMax ? [] : calicoNodes
  const reasons = new Map(rows.flatMap(readyOf).filter(([, ready]) => ready.reason !== undefined))
  const cordoned = new Set(
    rows.flatMap((read) => (read.relation === 'nodes' && read.row.unschedulable ? [read.row.name] : [])),
  )
  return rows
    .map((read) => withItsName(read, named))
    .filter(
      (read) =>
        !(
          read.relation === 'pods' &&
          read.row.name === unnamedCalicoPod &&
          (seen.has(read.row.node ?? '') || seen.has(''))
        ),
    )
    .map((read) => withoutGuess(withCordon(read, cordoned), reasons))
}

/** Containers that somebody cut out of a description belong to the only calico-node that was named, or that is not well. */
function withItsName(read: ReadRow, named: readonly PodRow[]): ReadRow {
  if (read.relation !== 'pods' || read.row.name !== unnamedCalicoPod || read.row.containers.length === 0)
    return read
  const { node } = read.row
  const here = node === undefined ? named : named.filter((pod) => pod.node === node)
  const [only, ...others] = here.length > 1 ? here.filter(({ ready }) => ready === false) : here
  return only === undefined || others.length > 0
    ? read
    : { ...read, row: { ...read.row, name: only.name, namespace: only.namespace } }
}

/** Among more nobody can tell whose they are; a few are looked through for each row. */
const namedMax = 50

type Ready = { readonly status: string; readonly reason?: string }

const readyOf = (read: ReadRow): readonly (readonly [string, Ready])[] =>
  read.relation === 'nodes'
    ? read.row.conditions
        .filter(({ type }) => type === 'Ready')
        .map((ready) => [read.row.name, ready] as const)
    : []

/** Conditions alone do not show whether their node is cordoned; what does show it counts. */
const withCordon = (read: ReadRow, cordoned: ReadonlySet<string>): ReadRow =>
  read.relation === 'nodes' && cordoned.has(read.row.name)
    ? { ...read, row: { ...read.row, unschedulable: true } }
    : read

/** A table's `NotReady` does not tell False from Unknown; where the condition itself was read, it counts alone. */
function withoutGuess(read: ReadRow, told: ReadonlyMap<string, Ready>): ReadRow {
  if (read.relation !== 'nodes') return read
  const full = told.get(read.row.name)
  if (full === undefined) return read
  const conditions = read.row.conditions.filter(
    ({ type, status, reason }) => type !== 'Ready' || reason !== undefined || status === full.status,
  )
  return conditions.length === read.row.conditions.length
    ? read
    : { ...read, row: { ...read.row, conditions } }
}

/** A table of one namespace does not print it; another piece may. */
function withNamespaces(rows: readonly ReadRow[]): readonly ReadRow[] {
  const namespaces = new Map<string, string>()
  let calicos = ''
  for (const read of rows)
    if (read.relation === 'pods' && read.row.namespace !== '') {
      namespaces.set(read.row.name, read.row.namespace)
      if (read.row.component !== undefined && calicos === '') calicos = read.row.namespace
    }
  return rows.map((read) => {
    if (read.relation !== 'pods' || read.row.namespace !== '') return read
    const namespace = namespaces.get(read.row.name) ?? (read.row.component === undefined ? '' : calicos)
    return namespace === '' ? read : { ...read, row: { ...read.row, namespace } }
  })
}

// ------------------------------------------------------------------------------------------ unnamed rows

/** The one node with trouble; else the one node that is named at all. */
function likeliestNode(rows: readonly ReadRow[]): Resolved['unnamed'] {
  const troubled = only(new Set(rows.flatMap((read) => (isTrouble(read) ? [nodeOf(read)] : []))))
  if (troubled !== undefined) return { node: troubled, from: 'the only node in trouble' }
  const named = only(new Set(rows.map(nodeOf)))
  return named === undefined ? undefined : { node: named, from: 'the only node that is named' }
}

function isTrouble(read: ReadRow): boolean {
  if (read.relation === 'nodes')
    return read.row.conditions.some(({ type, status }) => (type === 'Ready') !== (status === 'True'))
  if (read.relation === 'pods') return read.row.component === 'calico-node' && read.row.ready === false
  return false
}

function only(names: ReadonlySet<string | undefined>): string | undefined {
  const known = [...names].filter((name) => name !== undefined && name !== '')
  return known.length === 1 ? known[0] : undefined
}

function withUnnamed(read: ReadRow, node: string, nodeOfPod: ReadonlyMap<string, string>): ReadRow {
  // A named pod's messages and events find their node through the pod, or keep it open.
  if (read.relation === 'messages' && read.row.pod !== undefined && nodeOfPod.size > 0) return read
  if (read.relation === 'events' && read.row.about.kind !== 'Node' && read.row.about.name !== '') return read
  if (read.relation === 'pods' && read.row.name !== unnamedCalicoPod) return read
  // Where these name no machine, they are the cluster's.
  if (ofCluster.has(read.relation) && nodeOf(read) === undefined) return read
  return withNode(read, (before) => (before === undefined || before === '' ? node : before))
}

const ofCluster: ReadonlySet<string> = new Set(['settings', 'versions', 'endpoints', 'attempts'])

/** Whether a row tells of one machine, so that a row without a name leaves open of which. */
export const isOfSomeNode = (read: ReadRow): boolean =>
  isPlaced(read) && read.relation !== 'events' && read.relation !== 'pods' && !ofCluster.has(read.relation)

// ------------------------------------------------------------------------------------------ tmpfiles.d

/** Which entry counts is a matter of all files of a node, wherever in the paste they stood. */
function withWinners(rows: readonly ReadRow[]): readonly ReadRow[] {
  const entries = rows.filter((read) => read.relation === 'tmpfilesEntries')
  if (entries.length < 2) return rows
  const wins = new Map<string, boolean>()
  for (const [node, own] of Map.groupBy(entries, (read) => read.row.node)) {
    const paths = [...new Set(own.map(({ row }) => row.path))]
    for (const row of parseTmpfiles(own.map(tmpfilesLine).join('\n'), paths))
      wins.set(`${node} ${row.file} ${row.path} ${row.kind}`, row.wins)
  }
  return rows.map((read) =>
    read.relation === 'tmpfilesEntries'
      ? { ...read, row: { ...read.row, wins: wins.get(keyOf(read)) ?? read.row.wins } }
      : read,
  )
}

const keyOf = ({ row }: Of<'tmpfilesEntries'>): string => `${row.node} ${row.file} ${row.path} ${row.kind}`

const tmpfilesLine = ({ row }: Of<'tmpfilesEntries'>): string =>
  `${row.file}:${row.kind} ${row.path} ${row.mode?.toString(8).padStart(4, '0') ?? '-'} ${row.user ?? '-'} ${row.group ?? '-'}`
