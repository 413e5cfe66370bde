import type { Fact, Reads } from '#cluster/facts.ts'
import {
  calicoNodeContainer,
  calicoNodePodOf,
  calicoNodePods,
  isComplete,
  isOfCalicoNode,
  isReady,
  nodeOfMessage,
  placeOfMessage,
  placeOfPod,
  restartsOf,
} from '#cluster/queries.ts'
import type { MessageRow, PodRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { askCalicoLog, askCalicoPod } from '#cluster/symptoms/asking.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

/**
 * calico-node does not do its work on a node. Judged by readiness, never by STATUS: a container that its liveness probe
 * kills is `Running` for a minute and `CrashLoopBackOff` for some more, and not ready in both.
 */
export const calicoNodeNotReady: SymptomEntry<'pods' | 'messages'> = {
  id: 'calico-node-not-ready',
  title: 'calico-node is not ready',
  reads: ['pods', 'messages'],
  see: (facts) => {
    const ofPods = calicoNodePods(facts).flatMap(symptomOf(facts))
    const told = new Set(ofPods.map((one) => renderSubject(one.about)))
    return [...ofPods, ...ofMessages(facts).filter((one) => !told.has(renderSubject(one.about)))]
  },
  questions: ({ about }, facts) => [
    askCalicoLog(facts, about, 'calico-node says there what stops it'),
    askCalicoPod(facts, about, 'its probes say which part fails: BIRD, Felix or the start-up'),
  ],
}

const symptomOf =
  (facts: Reads<'pods' | 'messages'>) =>
  (pod: Fact<PodRow>): readonly Symptom[] => {
    if (pod.deleting) return []
    const seen = { id: 'calico-node-not-ready', about: placeOfPod(pod), from: pod.from }
    if (isReady(pod) === false)
      return [{ ...seen, says: `${pod.name} is not ready${details(pod)}`, when: 'now' }]
    const container = calicoNodeContainer(pod)
    const endedAtMs = container?.lastTermination?.finishedAtMs ?? pod.lastRestartAtMs
    if (isReady(pod) === undefined || endedAtMs === undefined || !isRecent(facts, endedAtMs)) return []
    // Killed for memory, it comes back ready and is killed again; any other restart that ended in readiness is over.
    const when = container?.lastTermination?.reason === 'OOMKilled' ? 'now' : 'past'
    return [
      { ...seen, says: `${pod.name} is ready, and was restarted a short while ago${details(pod)}`, when },
    ]
  }

function details(pod: PodRow): string {
  const restarts = restartsOf(pod)
  const ended = calicoNodeContainer(pod)?.lastTermination
  const parts = [
    // Running and CrashLoopBackOff take turns; neither of them is told as if it meant something.
    pod.status !== undefined && pod.status !== 'Running' && pod.status !== 'CrashLoopBackOff' && pod.status,
    restarts > 0 && `${restarts} restart${restarts === 1 ? '' : 's'}`,
    ended !== undefined && `last ended with ${ended.reason} (exit code ${ended.exitCode})`,
  ].filter(Boolean)
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`
}

/** Probe outputs and restarts that kubelet told of, where the pod's own state was not read. */
const complaints = new Set([
  'health/bird-not-running',
  'health/birdcl-bad-response',
  'health/birdcl-missing',
  'health/service-not-live',
  'health/felix-not-live',
  'health/felix-not-ready',
  'health/bgp-not-established',
  'health/nodename-missing',
  'health/bird-socket-unreachable',
])

/** These are said of any container. */
const ofAnyContainer = new Set([
  'health/panic',
  'felix/logrus-panic',
  'go/panic',
  'go/fatal-error',
  'kubelet/liveness-failed-restart',
  'kubelet/back-off-restarting',
])

const isComplaint = (facts: Reads<'pods'>, row: MessageRow): boolean =>
  complaints.has(row.message.id) || (ofAnyContainer.has(row.message.id) && isOfCalicoNode(facts, row))

function ofMessages(facts: Reads<'pods' | 'messages'>): readonly Symptom[] {
  const symptoms = facts
    .rows('messages')
    .filter((row) => isComplaint(facts, row) && !isAnswered(facts, row))
    .map((row): Symptom => {
      const says = row.from.quote ?? row.message.id
      const when = isRecent(facts, row.atMs) ? 'now' : 'past'
      return { id: 'calico-node-not-ready', about: placeOfMessage(facts, row), says, from: row.from, when }
    })
  const newestLast = symptoms.toSorted((a, b) => (a.from.atMs ?? 0) - (b.from.atMs ?? 0))
  return [...new Map(newestLast.map((one) => [renderSubject(one.about), one])).values()]
}

/**
 * A pod whose readiness is known speaks for itself, louder than what a probe once printed. Where all pods are known and none
 * is there, what a probe printed was about one that is gone.
 */
function isAnswered(facts: Reads<'pods'>, row: MessageRow): boolean {
  const node = nodeOfMessage(facts, row)
  if (node === undefined) return false
  const pod = calicoNodePodOf(facts, node)
  return pod === undefined ? isComplete(facts.coverage('pods')) : isReady(pod) !== undefined
}
