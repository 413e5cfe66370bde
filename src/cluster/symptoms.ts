/**
 * Symptoms: what an operator would see, derived from facts. One small entry each under `symptoms/`; they reason over
 * what lasted (ready, restarts, ages), never over the instant at which somebody happened to look.
 */
import type { Facts, Provenance, Reads, Subject } from '#cluster/facts.ts'
import type { Question } from '#cluster/questions.ts'
import type { RelationName } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { bgpSessionDown } from '#cluster/symptoms/bgp-session-down.ts'
import { birdNotRunning } from '#cluster/symptoms/bird-not-running.ts'
import { calicoNodeMissingOnNode } from '#cluster/symptoms/calico-node-missing-on-node.ts'
import { calicoNodeNotReady } from '#cluster/symptoms/calico-node-not-ready.ts'
import { crossNodeTrafficFailing } from '#cluster/symptoms/cross-node-traffic-failing.ts'
import { masterOnBackup } from '#cluster/symptoms/master-on-backup.ts'
import { networkUnavailable } from '#cluster/symptoms/network-unavailable.ts'
import { cniNotInitialized, nodeNotReady } from '#cluster/symptoms/node-conditions.ts'
import { nodeFlapping } from '#cluster/symptoms/node-flapping.ts'
import { podTrafficFailing } from '#cluster/symptoms/pod-traffic-failing.ts'
import { podsNotReadyOnNode } from '#cluster/symptoms/pods-not-ready-on-node.ts'
import { sandboxCreationFailing } from '#cluster/symptoms/sandbox-creation-failing.ts'
import { toldByPrograms } from '#cluster/symptoms/told-by-programs.ts'

/** What an operator would see. Ids are stable: `calico-node-not-ready`, `node-not-ready` … */
export interface Symptom {
  readonly id: string
  readonly about: Subject
  readonly says: string
  readonly from: Provenance
  /** Seen right now, or only in the record (an event of an hour ago). Past symptoms need no cause. */
  readonly when: 'now' | 'past'
  /** Others that it points at: the far end of a session, the nodes of the peers that a probe complains about. */
  readonly involves?: readonly Subject[]
}

/** How one symptom is seen in the facts, and what a person looks at next while nothing explains it. */
export interface SymptomEntry<Names extends RelationName = RelationName> {
  readonly id: string
  readonly title: string
  readonly reads: readonly Names[]
  see(facts: Reads<Names>): readonly Symptom[]
  questions(symptom: Symptom, facts: Facts): readonly Question[]
}

export const symptomEntries: readonly SymptomEntry[] = [
  nodeNotReady,
  cniNotInitialized,
  nodeFlapping,
  networkUnavailable,
  calicoNodeNotReady,
  calicoNodeMissingOnNode,
  birdNotRunning,
  bgpSessionDown,
  sandboxCreationFailing,
  podsNotReadyOnNode,
  crossNodeTrafficFailing,
  podTrafficFailing,
  masterOnBackup,
  ...toldByPrograms,
]

/** All symptoms that the facts show, in the order of the entries, then of their subjects. */
export const symptomsOf = (facts: Facts): readonly Symptom[] =>
  symptomEntries.flatMap((entry) => entry.see(facts).toSorted(bySubject))

export const symptomEntryOf = (id: string): SymptomEntry | undefined =>
  symptomEntries.find((entry) => entry.id === id)

function bySubject(a: Symptom, b: Symptom): number {
  const [left, right] = [renderSubject(a.about) + a.says, renderSubject(b.about) + b.says]
  return left < right ? -1 : left > right ? 1 : 0
}
