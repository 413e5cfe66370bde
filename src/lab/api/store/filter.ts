/** Which objects a list or a watch is about, and what it is shown of a change. */
import type { StoreChange, Stored } from '#lab/api/store.ts'

/** `test` sees what the index has not decided. */
export interface Filter {
  readonly namespace?: string
  readonly name?: string
  /** Pods of one node, found without looking at the others. */
  readonly nodeName?: string
  readonly test?: (object: Stored) => boolean
}

/** Whether nothing is left out. */
export const isEverything = ({ namespace, name, nodeName, test }: Filter): boolean =>
  namespace === undefined && name === undefined && nodeName === undefined && test === undefined

export function matches(filter: Filter, object: Stored): boolean {
  if (filter.namespace !== undefined && object.metadata.namespace !== filter.namespace) return false
  if (filter.name !== undefined && object.metadata.name !== filter.name) return false
  if (filter.nodeName !== undefined && nodeOf(object) !== filter.nodeName) return false
  return filter.test === undefined || filter.test(object)
}

/** The change to who sees only what matches: an object that enters is ADDED, one that leaves DELETED; `undefined` of all others. */
export function asSeenBy(filter: Filter, change: StoreChange): StoreChange | undefined {
  const was = change.previous !== undefined && matches(filter, change.previous)
  const is = change.type !== 'DELETED' && matches(filter, change.object)
  if (!was && !is) return undefined
  const type = is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED'
  return type === change.type ? change : { ...change, type }
}

/** The node of a pod. An EndpointSlice's endpoints name theirs elsewhere. */
export const nodeOf = (object: Stored): string | undefined =>
  object.kind === 'Pod' ? (object.spec as { nodeName?: string } | undefined)?.nodeName : undefined
