import type { Provenance, Reads } from '#cluster/facts.ts'
import { nodeOfMessage } from '#cluster/queries.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'

export interface AnsweringKubelet {
  /** `undefined` where nobody said on which node. */
  readonly node: string | undefined
  readonly says: string
  readonly from: Provenance
}

/**
 * Kubelets that let nobody in because they cannot ask the API server who may come in: machine and kubelet are on, the API server
 * reaches it, and it does not reach the API server, or is refused there. For its first five minutes it lets in whom it knows.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/server/server.go (InstallAuthFilter)
 */
export const answeringKubelets = (view: Reads<'messages' | 'pods'>): readonly AnsweringKubelet[] =>
  view
    .rows('messages')
    .filter((row) => row.message.id === 'kubelet/cannot-authorize' && isRecent(view, row.atMs))
    .map((row) => ({
      node: nodeOfMessage(view, row),
      says: 'its kubelet runs and answers, and cannot ask the API server',
      from: row.from,
    }))
