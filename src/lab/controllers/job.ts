/**
 * The Job controller: kubernetes/kubernetes:pkg/controller/job/{job_controller,backoff_utils}.go.
 * Not imitated: indexed completion, pod failure and success policies, tracking finalizers, elastic jobs, managedBy, time to live.
 */
import { parseTime, rfc3339 } from '#base/clock.ts'
import type { Condition, Draft, Job, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Expectations } from '#lab/controllers/expectations.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { createInBatches, deletePod, type PodControl } from '#lab/controllers/pod-control.ts'
import { controllerOf, isActive, isReady, objectKey, ownedBy } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'

const firstBackoffMs = 10_000
const longestBackoffMs = 600_000

export function startJobs(kit: ControllerKit): void {
  const expected = new Expectations()
  const index = kit.pods
  const jobs = kit.cache<Job>(resources.jobs, ({ object }) => queue.add(objectKey(object)))
  const pods = kit.cache<Pod>(resources.pods, ({ type, object }) => {
    const owner = controllerOf(object)
    if (owner?.kind !== 'Job') return
    const key = `${object.metadata.namespace}/${owner.name}`
    if (type === 'ADDED') expected.creationSeen(key)
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined)
      expected.deletionSeen(key, object.metadata.uid)
    queue.add(key)
  })
  const recorder = kit.recorder('job-controller')
  const queue = kit.controller('job_controller', [jobs, pods], async (key, kube) => {
    const job = jobs.get(key)
    if (job === undefined || job.metadata.deletionTimestamp !== undefined || isOver(job)) return
    const nowMs = kit.p.now()
    const own = index.ownedBy(job.metadata.uid)
    const control: PodControl = { owner: job, key, kube, expected, recorder, nowMs }
    const end = endOf(job, own, nowMs)
    const active = own.filter(isActive)
    if (end !== undefined || job.spec.suspend) for (const pod of active) await deletePod(control, pod)
    else if (expected.satisfied(key, nowMs)) {
      const wait = backoffMs(own, nowMs)
      if (wait > 0) queue.addAfter(key, wait)
      const missing = wait > 0 ? 0 : wanted(job, own) - active.length
      const refusal = await createInBatches(
        control,
        Array.from({ length: Math.max(0, missing) }, () => podOf(job)),
      )
      if (refusal !== undefined) throw refusal
    }
    const deadline = deadlineMs(job)
    if (end === undefined && deadline !== undefined) queue.addAfter(key, Math.max(0, deadline - nowMs))
    const status = statusOf(job, own, { end, nowMs })
    if (JSON.stringify(status) === JSON.stringify(job.status ?? {})) return
    await unless('NotFound', kube.update<Job>(resources.jobs, { ...job, status }, { subresource: 'status' }))
    if (end === undefined) return
    const failed = end.type === 'Failed'
    recorder.record({
      about: about(job),
      type: failed ? 'Warning' : 'Normal',
      reason: failed ? end.reason : 'Completed',
      message: failed ? end.message : 'Job completed',
    })
  })
}

const isOver = ({ status }: Job): boolean =>
  status?.conditions?.some(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  ) === true

const succeeded = (pods: readonly Pod[]): number =>
  pods.filter(({ status }) => status.phase === 'Succeeded').length
const failures = (pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(({ status }) => status.phase === 'Failed')

/** How many pods should run now. Without `completions` they share a queue: once one has succeeded none is added. */
function wanted({ spec }: Job, pods: readonly Pod[]): number {
  const { parallelism = 1, completions } = spec
  const done = succeeded(pods)
  if (completions !== undefined) return Math.min(parallelism, completions - done)
  return done > 0 ? pods.filter(isActive).length : parallelism
}

interface End {
  readonly type: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

function endOf(job: Job, pods: readonly Pod[], nowMs: number): End | undefined {
  const { completions, backoffLimit = 6, template } = job.spec
  const deadline = deadlineMs(job)
  const restarts = pods
    .filter(isActive)
    .flatMap(({ status }) => [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0)
  const overRestarted =
    template.spec.restartPolicy === 'OnFailure' && restarts > 0 && restarts >= backoffLimit
  if (failures(pods).length > backoffLimit || overRestarted)
    return {
      type: 'Failed',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    }
  if (deadline !== undefined && nowMs >= deadline)
    return {
      type: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    }
  const done = succeeded(pods)
  const complete = completions === undefined ? done > 0 && !pods.some(isActive) : done >= completions
  return complete
    ? {
        type: 'Complete',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      }
    : undefined
}

function deadlineMs({ spec, status }: Job): number | undefined {
  const since = parseTime(status?.startTime ?? '')
  return spec.activeDeadlineSeconds === undefined || since === undefined
    ? undefined
    : since + spec.activeDeadlineSeconds * 1000
}

/** After n failures without a success since, the next pod comes 10 s · 2^(n-1) after the last of them, 10 min at most. */
function backoffMs(pods: readonly Pod[], nowMs: number): number {
  const ends = (some: readonly Pod[]): readonly number[] => some.map(endMs)
  const lastSuccess = Math.max(0, ...ends(pods.filter(({ status }) => status.phase === 'Succeeded')))
  const since = ends(failures(pods)).filter((ms) => ms > lastSuccess)
  if (since.length === 0) return 0
  const delay = Math.min(firstBackoffMs * 2 ** (since.length - 1), longestBackoffMs)
  return Math.max(0, Math.max(...since) + delay - nowMs)
}

const endMs = ({ status, metadata }: Pod): number =>
  Math.max(
    parseTime(metadata.creationTimestamp) ?? 0,
    ...(status.containerStatuses ?? []).map(
      ({ state }) => parseTime(state.terminated?.finishedAt ?? '') ?? 0,
    ),
  )

function statusOf(
  job: Job,
  pods: readonly Pod[],
  { end, nowMs }: { readonly end: End | undefined; readonly nowMs: number },
): Job['status'] {
  const now = rfc3339(nowMs)
  const active = end === undefined ? pods.filter(isActive) : []
  const counts = {
    active: active.length,
    failed: failures(pods).length,
    ready: active.filter(isReady).length,
    succeeded: succeeded(pods),
  }
  const { ready, ...others } = counts
  const shown = Object.fromEntries(Object.entries(others).filter(([, count]) => count > 0))
  const condition = (type: string): Condition => ({
    type,
    status: 'True',
    reason: end?.reason ?? '',
    message: end?.message ?? '',
    lastProbeTime: now,
    lastTransitionTime: now,
  })
  // From 1.31 on the verdict is told first, and the end when no pod is left.
  const first = end?.type === 'Failed' ? 'FailureTarget' : 'SuccessCriteriaMet'
  return {
    ...shown,
    ready,
    startTime: job.status?.startTime ?? now,
    ...(end?.type === 'Complete' ? { completionTime: now } : {}),
    ...(end === undefined ? {} : { conditions: [condition(first), condition(end.type)] }),
    terminating: 0,
    uncountedTerminatedPods: {},
  }
}

function podOf(job: Job): Draft<Pod> {
  const { template } = job.spec
  const { name } = job.metadata
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      ...space(job),
      ...(template.metadata?.labels === undefined ? {} : { labels: template.metadata.labels }),
      ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [ownedBy(job)],
    },
    spec: template.spec,
  }
}
