/**
 * The Job controller: kubernetes/kubernetes:pkg/controller/job/{job_controller,backoff_utils}.go.
 * Not imitated: success policies, tracking finalizers (a pod that is deleted after its end is not remembered), elastic jobs, managedBy,
 * podReplacementPolicy.
 */
import type { Draft, Job, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Expectations } from '#lab/controllers/expectations.ts'
import { unless } from '#lab/controllers/expected.ts'
import { backoffMs, deadlineMs, endOf, isOver, wanted } from '#lab/controllers/job-end.ts'
import { indexed, indexesWanted, isIndexed } from '#lab/controllers/job-indexes.ts'
import { statusOf } from '#lab/controllers/job-status.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { claimPods, createInBatches, deletePod, type PodControl } from '#lab/controllers/pod-control.ts'
import { controllerOf, isActive, objectKey, ownedBy } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'

export function startJobs(kit: ControllerKit): void {
  const expected = new Expectations()
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
    const own = await claimPods({ owner: job, kube }, { selector: job.spec.selector, among: kit.pods })
    const control: PodControl = { owner: job, key, kube, expected, recorder, nowMs }
    const end = endOf(job, own, nowMs)
    const active = own.filter(isActive)
    if (end !== undefined || job.spec.suspend) for (const pod of active) await deletePod(control, pod)
    else if (expected.satisfied(key, nowMs)) {
      const { drafts, againMs } = missingPods(job, own, nowMs)
      if (againMs > 0) queue.addAfter(key, againMs)
      const refusal = await createInBatches(control, drafts)
      if (refusal !== undefined) throw refusal
    }
    const deadline = deadlineMs(job)
    if (end === undefined && deadline !== undefined) queue.addAfter(key, Math.max(0, deadline - nowMs))
    const status = statusOf(job, own, { end, nowMs })
    if (JSON.stringify(status) === JSON.stringify(job.status ?? {})) return
    await unless('NotFound', kube.update<Job>(resources.jobs, { ...job, status }, { subresource: 'status' }))
    tell(recorder, job, { ...job, status })
  })
}

/** Of what has come about with this status: its end, or that it rests or goes on. */
function tell(recorder: EventRecorder, before: Job, after: Job): void {
  const record = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    recorder.record({ about: about(after), type, reason, message })
  const holds = ({ status }: Job, of: string): boolean =>
    status?.conditions?.some(({ type, status: is }) => type === of && is === 'True') === true
  const failed = after.status.conditions?.find(({ type }) => type === 'Failed')
  if (failed !== undefined) record('Warning', failed.reason ?? '', failed.message ?? '')
  else if (holds(after, 'Complete')) record('Normal', 'Completed', 'Job completed')
  else if (holds(after, 'Suspended') && !holds(before, 'Suspended'))
    record('Normal', 'Suspended', 'Job suspended')
  else if (holds(before, 'Suspended') && !holds(after, 'Suspended'))
    record('Normal', 'Resumed', 'Job resumed')
}

/** The pods to be made now, and when to look again for those that have to wait after a failure. */
function missingPods(
  job: Job,
  own: readonly Pod[],
  nowMs: number,
): { readonly drafts: readonly Draft<Pod>[]; readonly againMs: number } {
  const missing = Math.max(0, wanted(job, own) - own.filter(isActive).length)
  if (isIndexed(job)) {
    const { indexes, againMs } = indexesWanted(job, own, { count: missing, nowMs })
    return { drafts: indexes.map((each) => indexed(job, podOf(job), each)), againMs }
  }
  const againMs = backoffMs(job, own, nowMs)
  return { drafts: againMs > 0 ? [] : Array.from({ length: missing }, () => podOf(job)), againMs }
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
