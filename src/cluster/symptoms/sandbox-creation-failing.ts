import type { Fact, Reads } from '#cluster/facts.ts'
import { nodeOfMessage } from '#cluster/queries.ts'
import type { EventRow, PodRow } from '#cluster/relations.ts'
import { nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { askCalicoLog, askCalicoPods } from '#cluster/symptoms/asking.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

/** New pods of a node get no network. One symptom per node, whatever the number of pods. */
export const sandboxCreationFailing: SymptomEntry<'pods' | 'events' | 'messages'> = {
  id: 'sandbox-creation-failing',
  title: 'pods of a node get no network (sandbox creation fails)',
  reads: ['pods', 'events', 'messages'],
  see: (facts) => {
    const byNode = new Map<string, Fact<EventRow>[]>()
    for (const event of facts.rows('events').filter((one) => isFailing(facts, one))) {
      const node = event.node ?? podOf(facts, event)?.node ?? ''
      byNode.set(node, [...(byNode.get(node) ?? []), event])
    }
    const ofEvents = [...byNode].flatMap(([node, events]) => symptomOf(node, events))
    return [...ofEvents, ...(facts.rows('events').length === 0 ? ofMessages(facts) : [])]
  },
  questions: ({ about }, facts) => [
    askCalicoPods(facts, about, 'whether calico-node runs there: the CNI plugin needs what it writes'),
    askCalicoLog(facts, about, 'what calico-node says'),
  ],
}

/** The same told without an event around it: a line of kubelet or of the runtime, or an event's text alone. */
const failures = new Set([
  'kubelet/sandbox-create-failed',
  'kubelet/kill-pod-failed',
  'containerd/sandbox-network-failed',
  'containerd/sandbox-teardown-failed',
  'crio/cni-failed',
  'crio/sandbox-network-failed',
  'runtime/cni-plugin-failed',
  'runtime/network-plugin-failed',
  'runtime/pod-network-failed',
  'multus/delegate-failed',
  'cni/nodename-missing',
  'cni/unauthorized',
  'cni/forbidden',
  'cni/api-unreachable',
  'cni/final-error',
])

function ofMessages(facts: Reads<'pods' | 'messages'>): readonly Symptom[] {
  const symptoms = facts
    .rows('messages')
    .filter((row) => failures.has(row.message.id) && isRecent(facts, row.atMs))
    .map((row): Symptom => {
      const about = nodeSubject(nodeOfMessage(facts, row))
      const says = row.from.quote ?? row.message.id
      return { id: 'sandbox-creation-failing', about, says, from: row.from, when: 'now' }
    })
  return [...new Map(symptoms.map((one) => [renderSubject(one.about), one])).values()]
}

function isFailing(facts: Reads<'pods' | 'events'>, event: EventRow): boolean {
  if (event.reason !== 'FailedCreatePodSandBox' || !isRecent(facts, event.lastAtMs)) return false
  // A sandbox can also fail for its image or its cgroup, which is nobody's network.
  if (!event.message.toLowerCase().includes('network')) return false
  const pod = podOf(facts, event)
  return pod === undefined ? !hasMadeOneSince(facts, event) : !hasSandbox(pod)
}

/** Of a pod that is gone nobody can see whether it got one in the end: its node gives a network if another pod has begun there since. */
const hasMadeOneSince = (facts: Reads<'pods'>, { node, lastAtMs }: EventRow): boolean =>
  node !== undefined &&
  lastAtMs !== undefined &&
  facts
    .rows('pods')
    .some(
      (pod) =>
        pod.node === node &&
        pod.hostNetwork !== true &&
        pod.containers.some(
          ({ restarts, startedAtMs }) =>
            restarts === 0 && startedAtMs !== undefined && startedAtMs > lastAtMs,
        ),
    )

/** Whatever its containers do, they are in a sandbox: the event is of the time before. */
const hasSandbox = (pod: PodRow): boolean =>
  pod.ready === true ||
  pod.status === 'Running' ||
  pod.containers.some(({ state, reason }) => state === 'running' || reason === 'CrashLoopBackOff')

const podOf = (facts: Reads<'pods'>, { about }: EventRow): Fact<PodRow> | undefined =>
  facts
    .rows('pods')
    .find((pod) => pod.name === about.name && (!about.namespace || pod.namespace === about.namespace))

function symptomOf(node: string, events: readonly Fact<EventRow>[]): readonly Symptom[] {
  const newest = events.toSorted((a, b) => (b.lastAtMs ?? 0) - (a.lastAtMs ?? 0))[0]
  if (newest === undefined) return []
  const pods = new Set(events.map((event) => `${event.about.namespace}/${event.about.name}`)).size
  const says = `${pods} pod${pods === 1 ? '' : 's'} without a sandbox: ${newest.message}`
  return [{ id: 'sandbox-creation-failing', about: nodeSubject(node), says, from: newest.from, when: 'now' }]
}
