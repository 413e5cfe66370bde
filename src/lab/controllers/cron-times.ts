/** When a CronJob was due, and will be: kubernetes/kubernetes:pkg/controller/cronjob/utils.go (mostRecentScheduleTime). */
import { parseTime } from '#base/clock.ts'
import type { Schedule } from '#lab/api/admission/schedule.ts'
import type { CronJob } from '#lab/api/objects.ts'

/** The latest time up to now at which it should have run since it last did, and how many such times there were. */
export function due(
  cron: CronJob,
  schedule: Schedule,
  nowMs: number,
): { readonly time: number | undefined; readonly missed: number } {
  let time: number | undefined
  let missed = 0
  for (
    let at = schedule.next(earliest(cron, nowMs));
    at !== undefined && at <= nowMs;
    at = schedule.next(at)
  ) {
    time = at
    missed++
  }
  return { time, missed }
}

/** A little after the next time, so that a clock that is slow by a hair does not miss it (nextScheduleDelta). */
export function nextDelayMs(cron: CronJob, schedule: Schedule, nowMs: number): number | undefined {
  const last = due(cron, schedule, nowMs).time ?? earliest(cron, nowMs)
  const next = schedule.next(Math.max(last, nowMs))
  return next === undefined ? undefined : next - nowMs + 100
}

function earliest({ metadata, spec, status }: CronJob, nowMs: number): number {
  const since = parseTime(status?.lastScheduleTime ?? metadata.creationTimestamp) ?? nowMs
  const { startingDeadlineSeconds } = spec
  return startingDeadlineSeconds === undefined
    ? since
    : Math.max(since, nowMs - startingDeadlineSeconds * 1000)
}
