/** Deletes Jobs a while after their end: kubernetes/kubernetes:pkg/controller/ttlafterfinished/ttlafterfinished_controller.go. */
import { parseTime } from '#base/clock.ts'
import type { Job } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { unless } from '#lab/controllers/expected.ts'
import { endConditionOf } from '#lab/controllers/job-end.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { objectKey } from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'

export function startTtlAfterFinished(kit: ControllerKit): void {
  const jobs = kit.cache<Job>(resources.jobs, ({ type, object }) => {
    if (type !== 'DELETED' && dueMs(object) !== undefined) queue.add(objectKey(object))
  })
  const queue = kit.controller('ttlafterfinished_controller', [jobs], async (key, kube) => {
    const job = jobs.get(key)
    const due = job === undefined ? undefined : dueMs(job)
    if (job === undefined || due === undefined) return
    const waitMs = due - kit.p.now()
    if (waitMs > 0) queue.addAfter(key, waitMs)
    else {
      const { name, uid } = job.metadata
      // Its pods go with it, which the garbage collector takes.
      await unless('NotFound', kube.delete({ type: resources.jobs, ...space(job), name }, { uid }))
    }
  })
}

/** `undefined`: it stays, or is going. */
function dueMs(job: Job): number | undefined {
  const { metadata, spec } = job
  if (spec.ttlSecondsAfterFinished === undefined || metadata.deletionTimestamp !== undefined) return undefined
  const since = parseTime(endConditionOf(job)?.lastTransitionTime ?? '')
  return since === undefined ? undefined : since + spec.ttlSecondsAfterFinished * 1000
}
