/** Pods counted by domain: the nodes that share a value of a label. */
import type { Node, Pod } from '#lab/api/objects.ts'
import type { LabelTest } from '#lab/api/selectors.ts'
import { type Count, isStaying } from '#lab/controllers/scheduler-alike.ts'

/** Who is where, and which nodes there are. */
export interface Neighbourhood {
  readonly nodes: readonly Node[]
  /** How many pods of these namespaces are on each node that has any whose labels pass. */
  counts(namespaces: readonly string[], test: LabelTest): ReadonlyMap<string, Count>
  /** Those on a node whose rules keep others away. */
  refusing(node: Node): Iterable<Pod>
}

/** By this label each node is a domain of its own. */
export const hostname = 'kubernetes.io/hostname'

/** The pods that a rule is about. */
export interface Aim {
  readonly namespaces: readonly string[]
  readonly test: LabelTest
  /** Pods that are going do not count. */
  readonly staying?: true
}

export const namespaceOf = ({ metadata }: Pod): string => metadata.namespace ?? 'default'

export const isMeant = ({ namespaces, test, staying }: Aim, pod: Pod): boolean =>
  namespaces.includes(namespaceOf(pod)) && test(pod.metadata.labels) && (!staying || isStaying(pod))

/** How many of the pods that are meant are in each domain, the nodes that share a value of a label. */
export class Domains {
  readonly #aim: Aim
  readonly #key: string
  readonly #nodes: readonly Node[]
  readonly #counts: ReadonlyMap<string, Count>
  /** By the label's value; the domains of names of hosts are single nodes. */
  #sums: ReadonlyMap<string, number> | undefined

  constructor({ key, where, ...aim }: Aim & { readonly key: string; readonly where: Neighbourhood }) {
    this.#aim = aim
    this.#key = key
    this.#nodes = where.nodes
    this.#counts = where.counts(aim.namespaces, aim.test)
  }

  means(pod: Pod): boolean {
    return isMeant(this.#aim, pod)
  }

  /** In the node's domain; undefined: the node lacks the label. */
  count(node: Node, gone: readonly Pod[] = []): number | undefined {
    const value = node.metadata.labels?.[this.#key]
    if (value === undefined) return undefined
    const sum = this.#key === hostname ? this.#on(node) : this.#in(value)
    return gone.length === 0 ? sum : sum - this.#meantAmong(gone)
  }

  /** Whether none is anywhere. */
  isEmpty(gone: readonly Pod[]): boolean {
    const sum = this.#nodes.reduce((all, node) => all + this.#on(node), 0)
    return sum === this.#meantAmong(gone)
  }

  #meantAmong(pods: readonly Pod[]): number {
    return pods.filter((pod) => this.means(pod)).length
  }

  #on({ metadata }: Node): number {
    const count = this.#counts.get(metadata.name)
    if (count === undefined) return 0
    return this.#aim.staying ? count.staying : count.all
  }

  #in(value: string): number {
    this.#sums ??= this.#summed()
    return this.#sums.get(value) ?? 0
  }

  #summed(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>()
    if (this.#counts.size === 0) return sums
    for (const node of this.#nodes) {
      const value = node.metadata.labels?.[this.#key]
      if (value !== undefined) sums.set(value, (sums.get(value) ?? 0) + this.#on(node))
    }
    return sums
  }
}
