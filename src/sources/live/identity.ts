import type { Brand } from '#base/brand.ts'
import { namespaceShape } from '#sources/formats/shapes.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { unreadable } from '#sources/live/unreadable.ts'

/** The uid of the namespace kube-system: made once with the cluster, never reused. */
export type ClusterUid = Brand<string, 'ClusterUid'>

/**
 * The first request of a reading: whoever does not answer it will not answer the rest, so nothing more is sent then.
 * `undefined` where reading a namespace is forbidden or fails; rejects with a Trouble where nothing can be read at all.
 */
export async function readClusterUid(context: LiveContext): Promise<ClusterUid | undefined> {
  const answer = await context.api.get('/api/v1/namespaces/kube-system', context.call)
  if (answer.ok) {
    const read = namespaceShape.safeParse(answer.value)
    // The API server made it, for this one purpose.
    return read.success ? ((read.data.metadata.uid ?? undefined) as ClusterUid | undefined) : undefined
  }
  const hopeless = ['unauthorized', 'unreachable', 'untrusted', 'timed-out', 'garbage'] as const
  if (hopeless.some((kind) => kind === answer.error.kind)) throw unreadable(context.api, answer.error)
  return undefined
}
