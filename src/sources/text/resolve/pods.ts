/** What the paste as a whole says of pods: their nodes, names and namespaces, and what was read of them twice. */
import { unnamedCalicoPod } from '#cluster/calico-objects.ts'
import type { PodRow } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'
import { podMark } from '#sources/text/reader.ts'

/** By the pod’s name: where it was seen. */
export const nodesOfPods = (rows: readonly ReadRow[]): ReadonlyMap<string, string> =>
  new Map(
    rows.flatMap((read) =>
      read.relation === 'pods' && read.row.node !== undefined && read.row.name !== unnamedCalicoPod
        ? [[read.row.name, read.row.node] as const]
        : [],
    ),
  )

/** What was read through a pod (`kubectl exec POD -- …`) was read on its node. */
export const podsNode = (
  node: string | undefined,
  nodeOfPod: ReadonlyMap<string, string>,
): string | undefined =>
  node?.startsWith(podMark) ? (nodeOfPod.get(node.slice(podMark.length)) ?? '') : node

/** A pod that was only spoken of is the one that was seen on its node. */
export function withoutDoubles(rows: readonly ReadRow[]): readonly ReadRow[] {
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
export function withNamespaces(rows: readonly ReadRow[]): readonly ReadRow[] {
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
