import type { Reads } from '#cluster/facts.ts'
import { calicoNodePodOf, isReady, nodeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isStillSo } from '#cluster/symptoms/bird-not-running.ts'

/**
 * Whether what calico-node's readiness probe once said still holds. The node controller marks the pods of a kubelet that it does not hear
 * any more, and leaves their containers as they were: one that was ready then has long answered its probe.
 *
 * @see kubernetes/kubernetes:pkg/controller/util/node/controller_utils.go (MarkPodsNotReady)
 */
export function isProbeStillSo(facts: Reads<'pods'>, row: MessageRow): boolean {
  if (!isStillSo(facts, row)) return false
  const node = nodeOfMessage(facts, row)
  const pod = node === undefined ? undefined : calicoNodePodOf(facts, node)
  if (pod === undefined || isReady(pod) !== false) return true
  return pod.containers.find(({ name }) => name === 'calico-node')?.ready !== true
}
