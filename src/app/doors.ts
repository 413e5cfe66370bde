import type { Facts } from '#cluster/facts.ts'
import { isProviderImage } from '#cluster/managed.ts'
import { calicoNodePodOf, isHeardOf, nodeNames } from '#cluster/queries.ts'
import type { ContainerRow, NodeRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { Doors, NodeDoors } from '#report/node-doors.ts'
import { kubeProxyPodOf } from '#sources/live/index.ts'

/** Through which pods each node can be looked at, as far as they were seen and answered. */
export const doorsOf = (facts: Facts): Doors => ({
  nodes: new Map(
    nodeNames(facts)
      .filter((node) => isReached(facts, node))
      .map((node) => [node, ofNode(facts, node)]),
  ),
  client: facts.rows('nodes').some(isOfOpenShift) ? 'oc' : 'kubectl',
})

/** By its own label, or IBM Cloud's name for what it built: `4.14.38_1575_openshift`. */
const isOfOpenShift = ({ labels }: NodeRow): boolean =>
  'node.openshift.io/os_id' in labels ||
  (labels['ibm-cloud.kubernetes.io/worker-version'] ?? '').endsWith('_openshift')

/** Its kubelet answers: that of a node which nobody hears of, or into which an exec did not get, does not. */
function isReached(facts: Facts, node: string): boolean {
  if (!isHeardOf(facts, node)) return false
  const looked = facts.coverage('hostPaths', nodeSubject(node))
  return looked.kind !== 'missing' || !['timed-out', 'unreachable', 'failed'].includes(looked.why)
}

function ofNode(facts: Facts, node: string): NodeDoors {
  const pod = calicoNodePodOf(facts, node)
  const container = pod?.containers.find(({ name }) => name === 'calico-node')
  const proxy = kubeProxyPodOf(facts, node)
  return {
    ...(pod === undefined || container?.state !== 'running'
      ? {}
      : { calicoNode: { ...placeOf(pod), isRoot: isRoot(container) } }),
    ...(proxy === undefined ? {} : { kubeProxy: placeOf(proxy) }),
  }
}

const placeOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }) => ({
  namespace,
  name,
})

/** A rebuilt image may have a user of its own, which no pod's spec tells. */
const isRoot = ({ privileged, runAsUser = 0, image = '' }: ContainerRow): boolean =>
  privileged === true && runAsUser === 0 && (/(?:^|\/)calico\/node[:@]/.test(image) || isProviderImage(image))
