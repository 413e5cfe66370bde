/** What a Job's status says: kubernetes/kubernetes:pkg/controller/job/job_controller.go (syncJob, ensureJobConditionStatus). */
import { rfc3339 } from '#base/clock.ts'
import type { Condition, Job, Pod } from '#lab/api/objects.ts'
import { type End, failuresOf, succeededOf } from '#lab/controllers/job-end.ts'
import { indexText, isIndexed, progressOf } from '#lab/controllers/job-indexes.ts'
import { isActive, isReady } from '#lab/controllers/pods.ts'

export function statusOf(
  job: Job,
  pods: readonly Pod[],
  { end, nowMs }: { readonly end: End | undefined; readonly nowMs: number },
): Job['status'] {
  const now = rfc3339(nowMs)
  const rests = job.spec.suspend === true && end === undefined
  const active = end === undefined && !rests ? pods.filter(isActive) : []
  const progress = progressOf(job, pods)
  const counts = {
    active: active.length,
    failed: failuresOf(job, pods).length,
    succeeded: isIndexed(job) ? progress.completed.size : succeededOf(pods).length,
  }
  const shown = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  const completed = indexText(progress.completed)
  const conditions = [...suspension(job, rests, now), ...(end === undefined ? [] : verdicts(end, now))]
  return {
    ...shown,
    ...(isIndexed(job) && completed !== '' ? { completedIndexes: completed } : {}),
    ...(job.spec.backoffLimitPerIndex === undefined ? {} : { failedIndexes: indexText(progress.failed) }),
    ready: active.filter(isReady).length,
    // Its time begins anew when it goes on.
    ...(rests ? {} : { startTime: job.status?.startTime ?? now }),
    ...(end?.type === 'Complete' ? { completionTime: now } : {}),
    ...(conditions.length === 0 ? {} : { conditions }),
    terminating: 0,
    uncountedTerminatedPods: {},
  }
}

const condition = (
  { type, status = 'True', ...rest }: Pick<Condition, 'type' | 'reason' | 'message'> & Partial<Condition>,
  now: string,
): Condition => ({ type, status, ...rest, lastProbeTime: now, lastTransitionTime: now })

/** From 1.31 on the verdict is told first, and the end when no pod is left. */
const verdicts = ({ type, reason, message }: End, now: string): readonly Condition[] => [
  condition({ type: type === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet', reason, message }, now),
  condition({ type, reason, message }, now),
]

/** Of a Job that rests, or has rested. */
function suspension(job: Job, rests: boolean, now: string): readonly Condition[] {
  const before = job.status?.conditions?.find(({ type }) => type === 'Suspended')
  if (before === undefined && !rests) return []
  if (before !== undefined && (before.status === 'True') === rests) return [before]
  return rests
    ? [condition({ type: 'Suspended', reason: 'JobSuspended', message: 'Job suspended' }, now)]
    : [condition({ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' }, now)]
}
