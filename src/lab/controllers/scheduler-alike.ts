import type { Pod } from '#lab/api/objects.ts'
import type { Labels, LabelTest } from '#lab/api/selectors.ts'

export interface Count {
  readonly all: number
  /** Those among them that are not being deleted. */
  readonly staying: number
}

interface Kind {
  readonly labels: Labels
  /** By node. */
  readonly counts: Map<string, Count>
}

/** How many pods are on each node, counted together where they are labelled alike. */
export class Alike {
  /** By namespace, then by labels as text. */
  readonly #kinds = new Map<string, Map<string, Kind>>()

  /** One more on the node, or one less. */
  count(pod: Pod, node: string, by: 1 | -1): void {
    const { namespace = 'default', labels } = pod.metadata
    const key = JSON.stringify(labels ?? {})
    const kinds = this.#kinds.get(namespace) ?? new Map<string, Kind>()
    const kind = kinds.get(key) ?? { labels, counts: new Map<string, Count>() }
    const before = kind.counts.get(node) ?? none
    const all = before.all + by
    if (all > 0) kind.counts.set(node, { all, staying: before.staying + (isStaying(pod) ? by : 0) })
    else kind.counts.delete(node)
    put(kinds, key, kind, kind.counts.size > 0)
    put(this.#kinds, namespace, kinds, kinds.size > 0)
  }

  /** Of the pods of these namespaces whose labels pass, by node. */
  counts(namespaces: Iterable<string>, test: LabelTest): ReadonlyMap<string, Count> {
    const found: ReadonlyMap<string, Count>[] = []
    for (const namespace of new Set(namespaces))
      for (const { labels, counts } of this.#kinds.get(namespace)?.values() ?? [])
        if (test(labels)) found.push(counts)
    return found.length === 1 ? (found[0] ?? new Map()) : together(found)
  }
}

/** Whether a pod counts where those that go are left out. */
export const isStaying = ({ metadata }: Pod): boolean => metadata.deletionTimestamp === undefined

const none: Count = { all: 0, staying: 0 }

function put<T>(map: Map<string, T>, key: string, value: T, isThere: boolean): void {
  if (isThere) map.set(key, value)
  else map.delete(key)
}

function together(counts: readonly ReadonlyMap<string, Count>[]): ReadonlyMap<string, Count> {
  const sums = new Map<string, Count>()
  for (const each of counts)
    for (const [node, { all, staying }] of each) {
      const before = sums.get(node) ?? none
      sums.set(node, { all: before.all + all, staying: before.staying + staying })
    }
  return sums
}
