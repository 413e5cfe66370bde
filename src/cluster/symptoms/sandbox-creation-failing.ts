import type { Fact, Reads } from '#cluster/facts.ts'
import type { EventRow, PodRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { askCalicoLog, askCalicoPods } from '#cluster/symptoms/asking.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

/** New pods of a node get no network. One symptom per node, whatever the number of pods. */
export const sandboxCreationFailing: SymptomEntry<'pods' | 'events'> = {
  id: 'sandbox-creation-failing',
  title: 'pods of a node get no network (sandbox creation fails)',
  reads: ['pods', 'events'],
  see: (facts) => {
    const byNode = new Map<string, Fact<EventRow>[]>()
    for (const event of facts.rows('events').filter((one) => isFailing(facts, one))) {
      const node = event.node ?? podOf(facts, event)?.node ?? ''
      byNode.set(node, [...(byNode.get(node) ?? []), event])
    }
    return [...byNode].flatMap(([node, events]) => symptomOf(node, events))
  },
  questions: ({ about }, facts) => [
    askCalicoPods(facts, about, 'whether calico-node runs there: the CNI plugin needs what it writes'),
    askCalicoLog(facts, about, 'what calico-node says'),
  ],
}

function isFailing(facts: Reads<'pods' | 'events'>, event: EventRow): boolean {
  if (event.reason !== 'FailedCreatePodSandBox' || !isRecent(facts, event.lastAtMs)) return false
  // A sandbox can also fail for its image or its cgroup, which is nobody's network.
  if (!event.message.toLowerCase().includes('network')) return false
  const pod = podOf(facts, event)
  return pod === undefined || !hasSandbox(pod)
}

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
