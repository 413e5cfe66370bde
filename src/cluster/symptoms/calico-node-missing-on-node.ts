import type { Fact, Facts, Reads } from '#cluster/facts.ts'
import { calicoNodePodOf, calicoNodePods, isComplete } from '#cluster/queries.ts'
import type { NodeRow } from '#cluster/relations.ts'
import { clusterSubject, nodeSubject } from '#cluster/subjects.ts'
import { askCalicoPods } from '#cluster/symptoms/asking.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

const justJoinedMs = 120_000

/** A node without a calico-node pod. Only complete listings can show it. */
export const calicoNodeMissingOnNode: SymptomEntry<'nodes' | 'pods' | 'ipPools'> = {
  id: 'calico-node-missing-on-node',
  title: 'no calico-node pod on a node',
  reads: ['nodes', 'pods', 'ipPools'],
  see: (facts) => {
    const isListed = isComplete(facts.coverage('nodes')) && isComplete(facts.coverage('pods'))
    if (!isListed || !hasCalico(facts)) return []
    const without = facts
      .rows('nodes')
      .filter((node) => shouldHaveOne(facts, node) && !calicoNodePodOf(facts, node.name))
    return calicoNodePods(facts).length === 0 ? everywhere(without) : without.map(onNode)
  },
  questions: ({ about }, facts: Facts) => [
    {
      command: 'kubectl get daemonsets -A | grep calico-node',
      why: 'whether the DaemonSet is there, and how many pods it wants',
      fills: [{ relation: 'daemonSets', about }],
    },
    askCalicoPods(facts, about, 'whether a pod is there in the meantime'),
  ],
}

/** Other clusters have other CNIs; nothing is missing there. */
const hasCalico = (facts: Reads<'nodes' | 'pods' | 'ipPools'>): boolean =>
  facts.rows('pods').some((pod) => pod.component !== undefined) ||
  facts.rows('ipPools').length > 0 ||
  facts.rows('nodes').some((node) => node.calicoIpv4 !== undefined)

function shouldHaveOne(facts: Reads<'nodes'>, node: NodeRow): boolean {
  const isLinux = (node.labels['kubernetes.io/os'] ?? 'linux') === 'linux'
  const isVirtual = node.labels.type === 'virtual-kubelet'
  const hasJustJoined = node.createdAtMs !== undefined && facts.observedAtMs - node.createdAtMs < justJoinedMs
  return isLinux && !isVirtual && !hasJustJoined
}

const onNode = (node: Fact<NodeRow>): Symptom => ({
  id: 'calico-node-missing-on-node',
  about: nodeSubject(node.name),
  says: 'has no calico-node pod, while other nodes have theirs',
  from: node.from,
  when: 'now',
})

function everywhere(nodes: readonly Fact<NodeRow>[]): readonly Symptom[] {
  const [first] = nodes
  if (first === undefined) return []
  const says = `none of ${nodes.length} nodes has a calico-node pod`
  return [{ id: 'calico-node-missing-on-node', about: clusterSubject, says, from: first.from, when: 'now' }]
}
