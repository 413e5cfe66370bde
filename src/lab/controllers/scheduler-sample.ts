import type { Node } from '#lab/api/objects.ts'

const fewNodes = 100
const leastPercent = 5

/**
 * How many nodes that fit are enough (kubernetes/kubernetes:pkg/scheduler/schedule_one.go, numFeasibleNodesToFind): all of up to 100;
 * beyond that half of them, less the more there are, but at least 5 % and 100.
 */
export function enoughNodes(all: number): number {
  if (all < fewNodes) return all
  const percent = Math.max(leastPercent, 50 - Math.floor(all / 125))
  return Math.max(fewNodes, Math.floor((all * percent) / 100))
}

/**
 * Nodes that fit a pod, as many as are enough. Each search begins where the one before ended, so that no node is left out for ever.
 * Not imitated: the order of zones in turns.
 */
export class NodeSample {
  #from = 0

  find(nodes: readonly Node[], fits: (node: Node) => boolean): readonly Node[] {
    const enough = enoughNodes(nodes.length)
    const found: Node[] = []
    let looked = 0
    for (; looked < nodes.length && found.length < enough; looked++) {
      const node = nodes[(this.#from + looked) % nodes.length] as Node // an index below the length
      if (fits(node)) found.push(node)
    }
    this.#from = nodes.length === 0 ? 0 : (this.#from + looked) % nodes.length
    return found
  }
}
