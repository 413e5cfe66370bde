/** How far something has spread: on how many of the nodes that are known. */
import type { Reads, Subject } from '#cluster/facts.ts'
import { calicoNodePods } from '#cluster/queries.ts'
import { renderSubject } from '#cluster/subjects.ts'

export interface Spread {
  /** Different places that were named. */
  readonly places: number
  /** Nodes that are known, by their calico-node pods. */
  readonly nodes: number
  /** All or most of the nodes, and at least two. */
  readonly isEverywhere: boolean
}

export function spreadOf(view: Reads<'pods'>, abouts: readonly Subject[]): Spread {
  const places = new Set(abouts.filter(({ kind }) => kind !== 'cluster').map(renderSubject)).size
  const nodes = new Set(calicoNodePods(view).map(({ node, name }) => node ?? name)).size
  return { places, nodes, isEverywhere: places >= 2 && places * 3 >= nodes * 2 }
}
