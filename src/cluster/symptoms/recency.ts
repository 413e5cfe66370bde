import type { Reads } from '#cluster/facts.ts'
import type { RelationName } from '#cluster/relations.ts'

const minute = 60_000

/** Within this time a line or event still speaks of now; kubelet's longest back-off is 5 min, and a pod logs nothing while it waits. */
export const recentMs = 10 * minute

/** Kubernetes keeps events for an hour (`--event-ttl`); what repeats at all repeats within half of it. */
export const recordMs = 30 * minute

/** Whether something of that time still counts. Without a time nobody can say that it is over, so it does. */
export const isRecent = (
  facts: Reads<RelationName>,
  atMs: number | undefined,
  withinMs = recentMs,
): boolean => atMs === undefined || facts.observedAtMs - atMs <= withinMs
