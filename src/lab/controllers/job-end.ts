/** When a Job is over, and how many pods it wants until then: kubernetes/kubernetes:pkg/controller/job/{job_controller,backoff_utils}.go. */
import { parseTime } from '#base/clock.ts'
import type { Condition, Job, Pod } from '#lab/api/objects.ts'
import { endMs, waitAfter } from '#lab/controllers/job-backoff.ts'
import { failureMatch, isCounted } from '#lab/controllers/job-failure-policy.ts'
import { isIndexed, type Progress, progressOf } from '#lab/controllers/job-indexes.ts'
import { isActive } from '#lab/controllers/pods.ts'

/** The condition that a Job ended with. */
export const endConditionOf = ({ status }: Job): Condition | undefined =>
  status?.conditions?.find(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  )

export const isOver = (job: Job): boolean => endConditionOf(job) !== undefined

export const succeededOf = (pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(({ status }) => status.phase === 'Succeeded')

/** Those that count; what the Job's policy ignores does not. */
export const failuresOf = (job: Job, pods: readonly Pod[]): readonly Pod[] =>
  pods.filter((pod) => pod.status.phase === 'Failed' && isCounted(job, pod))

/** How many succeeded: of an indexed Job indexes, else pods. */
const doneOf = (job: Job, pods: readonly Pod[]): number =>
  isIndexed(job) ? progressOf(job, pods).completed.size : succeededOf(pods).length

/** How many pods should run now. Without `completions` they share a queue: once one has succeeded none is added. */
export function wanted(job: Job, pods: readonly Pod[]): number {
  const { parallelism = 1, completions } = job.spec
  if (completions !== undefined) {
    const failed = isIndexed(job) ? progressOf(job, pods).failed.size : 0
    return Math.min(parallelism, completions - doneOf(job, pods) - failed)
  }
  return succeededOf(pods).length > 0 ? pods.filter(isActive).length : parallelism
}

export interface End {
  readonly type: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

const failed = (reason: string, message: string): End => ({ type: 'Failed', reason, message })

export function endOf(job: Job, pods: readonly Pod[], nowMs: number): End | undefined {
  const { completions, backoffLimit = 6, template } = job.spec
  const fatal = pods.flatMap((pod) => failureMatch(job, pod)?.fatal ?? [])[0]
  if (fatal !== undefined) return failed('PodFailurePolicy', fatal)
  const deadline = deadlineMs(job)
  const restarts = pods
    .filter(isActive)
    .flatMap(({ status }) => [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0)
  const overRestarted =
    template.spec.restartPolicy === 'OnFailure' && restarts > 0 && restarts >= backoffLimit
  if (failuresOf(job, pods).length > backoffLimit || overRestarted)
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  if (deadline !== undefined && nowMs >= deadline)
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline')
  if (isIndexed(job) && job.spec.backoffLimitPerIndex !== undefined) {
    const end = endOfIndexes(job, progressOf(job, pods))
    if (end !== undefined) return end
  }
  const done = doneOf(job, pods)
  const complete = completions === undefined ? done > 0 && !pods.some(isActive) : done >= completions
  return complete
    ? {
        type: 'Complete',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      }
    : undefined
}

function endOfIndexes({ spec }: Job, { completed, failed: lost }: Progress): End | undefined {
  const { completions = 0, maxFailedIndexes } = spec
  if (maxFailedIndexes !== undefined && lost.size > maxFailedIndexes)
    return failed(
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    )
  return lost.size > 0 && lost.size + completed.size >= completions
    ? failed('FailedIndexes', 'Job has failed indexes')
    : undefined
}

export function deadlineMs({ spec, status }: Job): number | undefined {
  const since = parseTime(status?.startTime ?? '')
  return spec.activeDeadlineSeconds === undefined || since === undefined || spec.suspend === true
    ? undefined
    : since + spec.activeDeadlineSeconds * 1000
}

/** After n failures without a success since, the next pod comes 10 s · 2^(n-1) after the last of them, 10 min at most. */
export function backoffMs(job: Job, pods: readonly Pod[], nowMs: number): number {
  const lastSuccess = Math.max(0, ...succeededOf(pods).map(endMs))
  const since = failuresOf(job, pods)
    .map(endMs)
    .filter((ms) => ms > lastSuccess)
  return since.length === 0 ? 0 : waitAfter(since.length, Math.max(...since), nowMs)
}
