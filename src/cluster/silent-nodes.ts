/** Nodes that the node controller has not heard of: what it writes on a kubelet's behalf. */
import type { Fact, Reads, Subject } from '#cluster/facts.ts'
import { conditionOf } from '#cluster/queries.ts'
import type { ConditionRow, NodeRow } from '#cluster/relations.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'

/** Reasons of conditions that only the node controller writes. */
export const unheard: ReadonlySet<string> = new Set(['NodeStatusUnknown', 'NodeStatusNeverUpdated'])

/** Only the node controller writes Unknown, and the unreachable taint with it. */
export const isSilent = (ready: ConditionRow, node: NodeRow): boolean =>
  ready.status === 'Unknown' ||
  (ready.status !== 'True' && unheard.has(ready.reason ?? '')) ||
  (ready.status !== 'True' && node.taints.some(({ key }) => key === 'node.kubernetes.io/unreachable'))

export interface Silence {
  readonly silent: readonly Fact<NodeRow>[]
  readonly nodes: number
  /** Three nodes at least, and two thirds of all: what so many lose is no kubelet's own. */
  readonly isEverywhere: boolean
}

export function silenceOf(view: Reads<'nodes'>): Silence {
  const all = view.rows('nodes')
  const silent = all.filter((node) => {
    const ready = conditionOf(node, 'Ready')
    return ready !== undefined && isSilent(ready, node)
  })
  return {
    silent,
    nodes: all.length,
    isEverywhere: silent.length >= 3 && silent.length * 3 >= all.length * 2,
  }
}

/** Whether nobody hears of this node: what its kubelet said of pods is as old as its silence. */
export const isUnheard = (view: Reads<'nodes'>, about: Subject): boolean =>
  silenceOf(view).silent.some(({ name }) => isSameSubject(nodeSubject(name), about))
