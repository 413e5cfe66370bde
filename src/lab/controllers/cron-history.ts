/** Which ended jobs of a CronJob are too many: kubernetes/kubernetes:pkg/controller/cronjob/cronjob_controllerv2.go (cleanupFinishedJobs). */
import type { CronJob, Job } from '#lab/api/objects.ts'
import { endConditionOf } from '#lab/controllers/job-end.ts'

/** How a job ended. */
export const finishedAs = (job: Job): 'Complete' | 'Failed' | undefined => {
  const end = endConditionOf(job)
  return end?.type === 'Complete' ? 'Complete' : end === undefined ? undefined : 'Failed'
}

/** The oldest beyond the limits, of those that went well and of those that failed. */
export function surplus({ spec }: CronJob, own: readonly Job[]): readonly Job[] {
  const beyond = (how: 'Complete' | 'Failed', limit: number | undefined): readonly Job[] => {
    const ended = own
      .filter((job) => finishedAs(job) === how && job.metadata.deletionTimestamp === undefined)
      .sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1))
    return limit === undefined ? [] : ended.slice(0, Math.max(0, ended.length - limit))
  }
  return [
    ...beyond('Complete', spec.successfulJobsHistoryLimit),
    ...beyond('Failed', spec.failedJobsHistoryLimit),
  ]
}

const startOf = ({ status, metadata }: Job): string =>
  `${status?.startTime ?? metadata.creationTimestamp} ${metadata.name}`
