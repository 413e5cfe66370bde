import { Heartbeat } from '#lab/api/heartbeat.ts'
import type { SeenChanges, WireChange } from '#lab/api/wire.ts'

/**
 * What several watches tell in one frame, in the order in which it happened. Who takes it `together` gets it whole, after the others:
 * watches are streams of their own, and nothing orders what one tells among what another does.
 */
export function inOrder(
  seen: readonly SeenChanges[],
  together: (id: number) => boolean,
): readonly SeenChanges[] {
  if (seen.every(({ changes }) => changes.length === 1)) return seen
  const whole = seen.filter(({ id }) => together(id))
  if (whole.length === seen.length || seen.length === 1) return seen
  const all = seen
    .filter(({ id }) => !together(id))
    .flatMap(({ id, changes }) => changes.map((change) => ({ id, change, at: revisionOf(change) })))
  all.sort((a, b) => a.at - b.at || a.id - b.id)
  return [...all.map(({ id, change }) => ({ id, changes: [change] })), ...whole]
}

const revisionOf = (change: WireChange): number =>
  change instanceof Heartbeat ? change.revision : Number(change.object.metadata.resourceVersion)
