import type { Reads } from '#cluster/facts.ts'
import type { RelationName } from '#cluster/relations.ts'

const minute = 60_000

/** Within this time a line or event still speaks of now; kubelet's longest back-off is 5 min, and a pod logs nothing while it waits. */
export const recentMs = 10 * minute

/** Kubernetes keeps events for an hour (`--event-ttl`); what repeats at all repeats within half of it. */
export const recordMs = 30 * minute

/** Of what somebody pastes: an hour before the newest of it. Events live as long, and nobody pastes what is over. */
const pastedMs = 60 * minute

/**
 * Whether something of that time still counts. Without a time nobody can say that it is over, so it does. A complaint is as old as the
 * newest line in it: “43m” in a table of events speaks of now as people mean it.
 */
export function isRecent(facts: Reads<RelationName>, atMs: number | undefined, withinMs = recentMs): boolean {
  if (atMs === undefined) return true
  return facts.isComplaint === true
    ? (facts.newestAtMs ?? facts.observedAtMs) - atMs <= Math.max(withinMs, pastedMs)
    : facts.observedAtMs - atMs <= withinMs
}
