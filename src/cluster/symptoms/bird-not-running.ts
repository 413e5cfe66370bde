import type { Fact, Reads } from '#cluster/facts.ts'
import { calicoNodePodOf, isReady, nodeOfMessage, placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow, PodRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { askCalicoLog } from '#cluster/symptoms/asking.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

const says: Readonly<Record<string, string>> = {
  'bird/cannot-create-control-socket': 'BIRD cannot create its control socket and ends at once',
  'health/bird-not-running': 'runit does not keep BIRD up',
  'hearsay/bird-denied': 'BIRD is said not to start',
}

/** BIRD ends as soon as it starts, so the node neither learns nor announces routes. */
export const birdNotRunning: SymptomEntry<'pods' | 'messages'> = {
  id: 'bird-not-running',
  title: 'BIRD does not stay up',
  reads: ['pods', 'messages'],
  see: (facts) => {
    const rows = facts.rows('messages').filter((row) => says[row.message.id] !== undefined)
    const symptoms = rows.toSorted(mostTelling).map((row) => symptomOf(facts, row))
    return [...new Map(symptoms.toReversed().map((one) => [renderSubject(one.about), one])).values()]
  },
  questions: ({ about }, facts) => [askCalicoLog(facts, about, 'BIRD says there why it ends')],
}

/** The reason before the fact, the newer before the older. */
const mostTelling = (a: Fact<MessageRow>, b: Fact<MessageRow>): number =>
  order.indexOf(a.message.id) - order.indexOf(b.message.id) || (b.atMs ?? 0) - (a.atMs ?? 0)

const order = Object.keys(says)

function symptomOf(facts: Reads<'pods' | 'messages'>, row: Fact<MessageRow>): Symptom {
  return {
    id: 'bird-not-running',
    about: placeOfMessage(facts, row),
    says: says[row.message.id] ?? row.message.id,
    from: row.from,
    when: isStillSo(facts, row) ? 'now' : 'past',
  }
}

/** A calico-node that is ready has a BIRD that answers: whatever its log holds is over. What was said of the pod before it soon is. */
export function isStillSo(facts: Reads<'pods'>, row: MessageRow): boolean {
  const node = nodeOfMessage(facts, row)
  const pod = node === undefined ? undefined : calicoNodePodOf(facts, node)
  const ready = pod === undefined ? undefined : isReady(pod)
  if (ready === true) return false
  return ready === undefined || isPredecessor(row.pod, pod) ? isRecent(facts, row.atMs) : true
}

/** Pods of one DaemonSet differ in the last part of their names. */
const isPredecessor = (said: MessageRow['pod'], pod: PodRow | undefined): boolean =>
  said !== undefined && said.name !== pod?.name && setOf(said.name) === setOf(pod?.name ?? '')

const setOf = (name: string): string => name.slice(0, name.lastIndexOf('-'))
