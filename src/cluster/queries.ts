/** Small questions that several symptoms and detectors put to the facts. */
import type { Coverage, Fact, Reads, Subject } from '#cluster/facts.ts'
import type { Message } from '#cluster/messages.ts'
import type { ConditionRow, ContainerRow, MessageRow, NodeRow, PodRow } from '#cluster/relations.ts'
import { nodeSubject, podSubject } from '#cluster/subjects.ts'

export function calicoNodePods(facts: Reads<'pods'>): readonly Fact<PodRow>[] {
  const pods = facts.rows('pods')
  const found = calicosOf.get(pods) ?? pods.filter((pod) => pod.component === 'calico-node')
  calicosOf.set(pods, found)
  return found
}

/** Asked for each message of a log; rows never change. */
const calicosOf = new WeakMap<readonly Fact<PodRow>[], readonly Fact<PodRow>[]>()

/** The calico-node pod of a node; of two (a new one beside one that is going) the one that stays. */
export function calicoNodePodOf(facts: Reads<'pods'>, node: string): Fact<PodRow> | undefined {
  const pods = calicoNodePods(facts).filter((pod) => pod.node === node)
  return pods.find((pod) => !pod.deleting) ?? pods[0]
}

/** The calico-node pod of a place: the node's, the pod itself; where the place was not named, the only one there is. */
export function calicoNodePodAt(facts: Reads<'pods'>, about: Subject): Fact<PodRow> | undefined {
  if (about.kind === 'node') return calicoNodePodOf(facts, about.name)
  const pods = calicoNodePods(facts)
  if (about.kind === 'pod') return pods.find(({ name }) => name === about.name)
  return pods.length === 1 ? pods[0] : undefined
}

/** The container that runs Felix, confd and BIRD. */
export const calicoNodeContainer = (pod: PodRow): ContainerRow | undefined =>
  pod.containers.find((container) => container.name === 'calico-node')

/** Readiness as the source tells it; where it shows only STATUS, anything but `Running` is not ready. */
export function isReady(pod: PodRow): boolean | undefined {
  if (pod.ready !== undefined) return pod.ready
  const container = calicoNodeContainer(pod)
  if (container?.ready !== undefined) return container.ready
  return pod.status === undefined || pod.status === 'Running' ? undefined : false
}

export const restartsOf = (pod: PodRow): number => pod.restarts ?? calicoNodeContainer(pod)?.restarts ?? 0

/** Calico's namespace: where its pods are, else where a manifest puts them. */
export function calicoNamespace(facts: Reads<'pods'>): string {
  const pods = facts.rows('pods')
  const found =
    namespaceOf.get(pods) ??
    pods.find((pod) => pod.component !== undefined && pod.namespace !== '')?.namespace ??
    'kube-system'
  namespaceOf.set(pods, found)
  return found
}

const namespaceOf = new WeakMap<readonly Fact<PodRow>[], string>()

export const nodeNamed = (facts: Reads<'nodes'>, name: string): Fact<NodeRow> | undefined =>
  facts.rows('nodes').find((node) => node.name === name)

/** Every node that some row names, sorted. */
export function nodeNames(facts: Reads<'nodes' | 'pods'>): readonly string[] {
  const names = new Set<string>()
  for (const node of facts.rows('nodes')) if (node.name !== '') names.add(node.name)
  for (const pod of calicoNodePods(facts)) if (pod.node) names.add(pod.node)
  return [...names].sort()
}

export const conditionOf = (node: NodeRow, type: string): ConditionRow | undefined =>
  node.conditions.find((condition) => condition.type === type)

/** Whether the control plane hears of the node: while it does not, its pods are called not ready, whatever they do. */
export const isHeardOf = (facts: Reads<'nodes'>, name: string | undefined): boolean => {
  const node = name === undefined ? undefined : nodeNamed(facts, name)
  return node === undefined || conditionOf(node, 'Ready')?.status !== 'Unknown'
}

/** Whose address this is, as Kubernetes or Calico know it. */
export const nodeWithAddress = (facts: Reads<'nodes'>, address: string): Fact<NodeRow> | undefined =>
  facts
    .rows('nodes')
    .find((node) => node.internalIp === address || node.calicoIpv4?.split('/')[0] === address)

/**
 * The node on which a message was printed: as it was said, or its pod's, or, where neither was said, that of the only
 * calico-node that is not ready (a log pasted beside `kubectl get pods` is the log of the sick one).
 */
export function nodeOfMessage(facts: Reads<'pods'>, row: MessageRow): string | undefined {
  if (row.node) return row.node
  const pod = row.pod === undefined ? undefined : podNamed(facts, row.pod)
  if (pod !== undefined) return pod.node
  const isUnnamed = row.pod === undefined || /-x{3,}$/i.test(row.pod.name)
  const sick = isUnnamed ? calicoNodePods(facts).filter((one) => isReady(one) === false) : []
  return sick.length === 1 ? sick[0]?.node : undefined
}

const podNamed = (
  facts: Reads<'pods'>,
  { namespace, name }: { readonly namespace?: string; readonly name: string },
): Fact<PodRow> | undefined =>
  podsByName(facts.rows('pods'))
    .get(name)
    ?.find((pod) => !namespace || pod.namespace === namespace)

/** Asked for each message of a log, as well. */
function podsByName(pods: readonly Fact<PodRow>[]): ReadonlyMap<string, readonly Fact<PodRow>[]> {
  const found = namesOf.get(pods) ?? Map.groupBy(pods, (pod) => pod.name)
  namesOf.set(pods, found)
  return found
}

const namesOf = new WeakMap<readonly Fact<PodRow>[], ReadonlyMap<string, readonly Fact<PodRow>[]>>()

/** Whether calico-node printed it, or kubelet said it of calico-node. */
export const isOfCalicoNode = (facts: Reads<'pods'>, row: MessageRow): boolean =>
  row.container === 'calico-node' ||
  row.message.params.container === 'calico-node' ||
  (row.pod !== undefined && podNamed(facts, row.pod)?.component === 'calico-node')

/** The closest that is known: the node, else the pod, else the cluster. */
export function placeOfMessage(facts: Reads<'pods'>, row: MessageRow): Subject {
  const node = nodeOfMessage(facts, row)
  if (node === undefined && row.pod !== undefined)
    return podSubject({ namespace: row.pod.namespace ?? calicoNamespace(facts), name: row.pod.name })
  return nodeSubject(node)
}

/** The pod's node, else the pod itself. */
export const placeOfPod = (pod: PodRow): Subject => (pod.node ? nodeSubject(pod.node) : podSubject(pod))

export const isComplete = (coverage: Coverage): boolean => coverage.kind === 'complete'

/** The message of this id that a message's error quotes, at any depth. */
export function innerMessage({ message }: MessageRow, ...ids: readonly string[]): Message | undefined {
  for (const one of message.inner ?? []) {
    if (ids.includes(one.id)) return one
    const deeper = innerMessage({ message: one, count: 1 }, ...ids)
    if (deeper !== undefined) return deeper
  }
  return undefined
}
