/**
 * Deletes pods that do not tolerate their node's NoExecute taints (for long enough):
 * kubernetes/kubernetes:pkg/controller/tainteviction/taint_eviction.go.
 */
import { rfc3339 } from '#base/clock.ts'
import type { Node, Pod, Taint } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { isActive, objectKey, tolerates } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'

export function startTaintEviction(kit: ControllerKit): void {
  const due = new Map<string, number>()
  const index = kit.pods
  const pods = kit.cache<Pod>(resources.pods, ({ type, object, previous }) => {
    if (type !== 'MODIFIED' || previous === undefined || decidesAnew(object, previous))
      queue.add(objectKey(object))
  })
  const nodes = kit.cache<Node>(resources.nodes, ({ object, previous }) => {
    if (previous !== undefined && JSON.stringify(object.spec.taints) === JSON.stringify(previous.spec.taints))
      return
    for (const key of index.onNode(object.metadata.name).map(objectKey).sort()) queue.add(key)
  })
  const recorder = kit.recorder('taint-eviction-controller')
  const queue = kit.controller('taint_eviction', [pods, nodes], async (key, kube) => {
    const pod = pods.get(key)
    const node = pod?.spec.nodeName === undefined ? undefined : nodes.get(pod.spec.nodeName)
    const afterMs =
      pod === undefined || node === undefined || !isActive(pod) ? undefined : leaveAfterMs(pod, node)
    if (pod === undefined || afterMs === undefined) {
      if (due.delete(key) && pod !== undefined && isActive(pod))
        recorder.record({
          about: about(pod),
          type: 'Normal',
          reason: 'TaintManagerEviction',
          message: `Cancelling deletion of Pod ${key}`,
        })
      return
    }
    const now = kit.p.now()
    const deadline = due.get(key) ?? now + afterMs
    if (!due.has(key)) {
      due.set(key, deadline)
      if (afterMs > 0) queue.addAfter(key, afterMs)
    }
    if (deadline > now) return
    due.delete(key)
    recorder.record({
      about: about(pod),
      type: 'Normal',
      reason: 'TaintManagerEviction',
      message: `Marking for deletion Pod ${key}`,
    })
    const ref = { type: resources.pods, ...space(pod), name: pod.metadata.name }
    const disrupted = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: rfc3339(now),
    }
    try {
      await kube.patch(
        ref,
        { type: 'strategic', body: { status: { conditions: [disrupted] } } },
        { subresource: 'status' },
      )
      await kube.delete(ref, { uid: pod.metadata.uid })
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
    }
  })
}

/** podUpdated of the real one: only the node and what is tolerated matter. */
const decidesAnew = (pod: Pod, previous: Pod): boolean =>
  pod.spec.nodeName !== previous.spec.nodeName || pod.spec.tolerations !== previous.spec.tolerations

/** After how long the pod has to leave its node; `undefined`: it may stay. */
function leaveAfterMs(pod: Pod, node: Node): number | undefined {
  const taints = (node.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
  if (taints.length === 0) return undefined
  const waits = taints.map((taint) => toleratedForMs(pod, taint))
  const shortest = Math.min(...waits)
  return shortest === Number.POSITIVE_INFINITY ? undefined : shortest
}

function toleratedForMs(pod: Pod, taint: Taint): number {
  const fitting = (pod.spec.tolerations ?? []).filter((each) => tolerates(each, taint))
  if (fitting.length === 0) return 0
  return Math.min(
    ...fitting.map(({ tolerationSeconds }) =>
      tolerationSeconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, tolerationSeconds) * 1000,
    ),
  )
}
