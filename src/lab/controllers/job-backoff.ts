/** How long a Job waits after failures: kubernetes/kubernetes:pkg/controller/job/backoff_utils.go. */
import { parseTime } from '#base/clock.ts'
import type { Pod } from '#lab/api/objects.ts'

const firstBackoffMs = 10_000
const longestBackoffMs = 600_000

/** How long after so many failures, the last of them at `lastMs`. */
export const waitAfter = (failures: number, lastMs: number, nowMs: number): number =>
  Math.max(0, lastMs + Math.min(firstBackoffMs * 2 ** (failures - 1), longestBackoffMs) - nowMs)

export const endMs = ({ status, metadata }: Pod): number =>
  Math.max(
    parseTime(metadata.creationTimestamp) ?? 0,
    ...(status.containerStatuses ?? []).map(
      ({ state }) => parseTime(state.terminated?.finishedAt ?? '') ?? 0,
    ),
  )
