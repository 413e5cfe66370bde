/**
 * Whom the rows speak of. Half of what people paste does not say it; what the rest of the paste says decides, when it
 * can be decided. All rules work on all rows together, so the order of the pieces makes no difference.
 */

import type { ReadRow } from '#sources/reading.ts'
import { withNode, withOneSpelling } from '#sources/text/resolve/node-names.ts'
import { nodesOfPods, podsNode, withNamespaces, withoutDoubles } from '#sources/text/resolve/pods.ts'
import { withWinners } from '#sources/text/resolve/tmpfiles-winners.ts'
import { likeliestNode, type Unnamed, withUnnamed } from '#sources/text/resolve/unnamed-rows.ts'

export interface Resolved {
  readonly rows: readonly ReadRow[]
  readonly unnamed: Unnamed | undefined
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
