/**
 * What the pods of each node refer to, counted as pods come, change and go, so that nobody has to look at all of a node's:
 * kubernetes/kubernetes:plugin/pkg/auth/authorizer/node/{graph,graph_populator}.go.
 */

import { visitReferences } from '#lab/api/authorization/pod-references.ts'
import { asObject, asText } from '#lab/api/json.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import type { Store, StoreChange, Stored } from '#lab/api/store.ts'

export class NodeGraph {
  /** By node, then by {@link keyOf}: how many references there are. */
  readonly #counts = new Map<string, Map<string, number>>()

  constructor(store: Store) {
    for (const pod of store.list('/pods')) this.#count(pod, 1)
    store.attend('/pods', (change) => this.#apply(change))
  }

  /** Whether a living pod of the node, other than a mirror, refers to the object. */
  refers(node: string, resource: string, namespace: string, name: string): boolean {
    return this.#counts.get(node)?.has(keyOf(resource, namespace, name)) === true
  }

  #apply({ type, object, previous }: StoreChange): void {
    const next = type === 'DELETED' ? undefined : object
    if (previous !== undefined && next !== undefined && refersToTheSame(previous, next)) return
    if (previous !== undefined) this.#count(previous, -1)
    if (next !== undefined) this.#count(next, 1)
  }

  #count(pod: Stored, by: 1 | -1): void {
    const node = asText(asObject(pod.spec).nodeName)
    if (node === undefined) return
    const counts = this.#counts.get(node) ?? new Map<string, number>()
    visitReferences(pod, (resource, name) => {
      if (typeof name !== 'string') return
      const key = keyOf(resource, pod.metadata.namespace ?? '', name)
      const count = (counts.get(key) ?? 0) + by
      if (count > 0) counts.set(key, count)
      else counts.delete(key)
    })
    if (counts.size > 0) this.#counts.set(node, counts)
    else this.#counts.delete(node)
  }
}

const keyOf = (resource: string, namespace: string, name: string): string =>
  `${resource} ${namespace}/${name}`

/** Most changes of a pod are of its status: only its end counts, and the annotations that make a mirror of it. */
const refersToTheSame = (a: Stored, b: Stored): boolean =>
  a.spec === b.spec && a.metadata.annotations === b.metadata.annotations && hasEnded(a) === hasEnded(b)
