/** Rows that name nobody: of which node they most likely speak. */
import { unnamedCalicoPod } from '#cluster/calico-objects.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isPlaced, nodeOf, withNode } from '#sources/text/resolve/node-names.ts'

/** The node that rows without a name are taken to speak of, and why that one. */
export interface Unnamed {
  readonly node: string
  readonly from: string
}

/** The one node with trouble; else the one node that is named at all. */
export function likeliestNode(rows: readonly ReadRow[]): Unnamed | undefined {
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

/** The row about `node`, where it names nobody and is not of the cluster as a whole. */
export function withUnnamed(read: ReadRow, node: string, nodeOfPod: ReadonlyMap<string, string>): ReadRow {
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
