import type { Fact, Reads } from '#cluster/facts.ts'
import type { PodRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { askCalicoLog, askCalicoPods } from '#cluster/symptoms/asking.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

/** A pod that never got its image or its settings waits for its owner, not for the network. */
const notTheNetwork = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'OOMKilled',
  'Evicted',
  'Completed',
])

const startingMs = 60_000

/**
 * Most of a node's pods are not ready. One sick application is its owner's affair; when half of what runs on a node
 * (and at least two different pods) fails its probes, it is the node's.
 */
export const podsNotReadyOnNode: SymptomEntry<'pods'> = {
  id: 'pods-not-ready-on-node',
  title: 'most pods of a node are not ready',
  reads: ['pods'],
  see: (facts) => {
    const byNode = new Map<string, Fact<PodRow>[]>()
    for (const pod of applicationPods(facts))
      byNode.set(pod.node ?? '', [...(byNode.get(pod.node ?? '') ?? []), pod])
    return [...byNode].flatMap(([node, pods]) => symptomOf(node, pods))
  },
  questions: ({ about }, facts) => [
    askCalicoPods(facts, about, 'whether calico-node is well on that node'),
    askCalicoLog(facts, about, 'what calico-node says'),
  ],
}

/** Pods on the pod network, with a readiness that means something. */
const applicationPods = (facts: Reads<'pods'>): readonly Fact<PodRow>[] =>
  facts
    .rows('pods')
    .filter((pod) => pod.component === undefined && !pod.hostNetwork && !pod.deleting)
    .filter((pod) => pod.node !== undefined && pod.node !== '' && pod.ready !== undefined)
    .filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Failed' && !isOfItsOwn(pod))
    .filter((pod) => !isStarting(facts, pod))

/** Whose containers have all ended and whose phase is still Running is to be started again, and is not. */
function isOfItsOwn(pod: PodRow): boolean {
  const reason = reasonOf(pod)
  return notTheNetwork.has(reason) && !(reason === 'Completed' && pod.phase === 'Running')
}

const reasonOf = (pod: PodRow): string =>
  pod.containers.find((container) => container.reason && notTheNetwork.has(container.reason))?.reason ??
  pod.status ??
  ''

const isStarting = (facts: Reads<'pods'>, pod: PodRow): boolean =>
  pod.createdAtMs !== undefined && facts.observedAtMs - pod.createdAtMs < startingMs

function symptomOf(node: string, pods: readonly Fact<PodRow>[]): readonly Symptom[] {
  const sick = pods.filter((pod) => pod.ready === false)
  const [first] = sick
  if (first === undefined || sick.length < 2 || sick.length * 2 < pods.length) return []
  const says = `${sick.length} of ${pods.length} pods are not ready: ${some(sick.map((pod) => pod.name))}`
  return [{ id: 'pods-not-ready-on-node', about: nodeSubject(node), says, from: first.from, when: 'now' }]
}

const some = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
