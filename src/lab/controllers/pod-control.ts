/** How a controller makes and removes the pods of its object: kubernetes/kubernetes:pkg/controller/controller_utils.go RealPodControl. */
import type { KubeClient } from '#lab/api/client.ts'
import type { Draft, KubeObject, Pod } from '#lab/api/objects.ts'
import { isKubeError, KubeError, resources } from '#lab/api/ports.ts'
import type { Expectations } from '#lab/controllers/expectations.ts'
import { about, space } from '#lab/controllers/references.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'

export interface PodControl {
  readonly owner: KubeObject
  /** The owner's key in the controller's queue. */
  readonly key: string
  readonly kube: KubeClient
  readonly expected: Expectations
  readonly recorder: EventRecorder
  readonly nowMs: number
}

/** Creates a pod, expects to see it, and tells of it. Rejects with what the API server refused. */
export async function createPod(
  { owner, key, kube, expected, recorder, nowMs }: PodControl,
  draft: Draft<Pod>,
): Promise<void> {
  expected.expectCreations(key, 1, nowMs)
  try {
    const { metadata } = await kube.create<Pod>(resources.pods, draft)
    recorder.record({
      about: about(owner),
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${metadata.name}`,
    })
  } catch (error) {
    expected.creationSeen(key)
    if (error instanceof KubeError)
      recorder.record({
        about: about(owner),
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating: ${error.message}`,
      })
    throw error
  }
}

/** Deletes a pod, expects to see it go, and tells of it; one that is gone already is fine. */
export async function deletePod(
  { owner, key, kube, expected, recorder, nowMs }: PodControl,
  pod: Pod,
): Promise<void> {
  const { uid, name } = pod.metadata
  expected.expectDeletion(key, uid, nowMs)
  try {
    await kube.delete({ type: resources.pods, ...space(pod), name }, { uid })
    recorder.record({
      about: about(owner),
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Deleted pod: ${name}`,
    })
  } catch (error) {
    expected.deletionSeen(key, uid)
    if (!isKubeError(error, 'NotFound')) throw error
  }
}
