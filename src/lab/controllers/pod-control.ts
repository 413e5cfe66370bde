/** How a controller makes and removes the pods of its object: kubernetes/kubernetes:pkg/controller/controller_utils.go RealPodControl. */
import type { KubeClient } from '#lab/api/client.ts'
import type { Draft, KubeObject, LabelSelector, Pod } from '#lab/api/objects.ts'
import { isKubeError, KubeError, resources } from '#lab/api/ports.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import type { Expectations } from '#lab/controllers/expectations.ts'
import type { PodIndex } from '#lab/controllers/pod-index.ts'
import { isActive, ownedBy } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'

/** How it tells what it did: pod, owner, and what was refused. */
export interface PodWords {
  created(pod: string, owner: string): string
  notCreated(pod: string, owner: string, why: string): string
  deleted(pod: string, owner: string): string
  notDeleted(pod: string, owner: string, why: string): string
}

const usualWords: PodWords = {
  created: (pod) => `Created pod: ${pod}`,
  notCreated: (_pod, _owner, why) => `Error creating: ${why}`,
  deleted: (pod) => `Deleted pod: ${pod}`,
  notDeleted: (_pod, _owner, why) => `Error deleting: ${why}`,
}

export interface PodControl {
  readonly words?: PodWords
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
  { owner, key, kube, expected, recorder, nowMs, words = usualWords }: PodControl,
  draft: Draft<Pod>,
): Promise<void> {
  expected.expectCreations(key, 1, nowMs)
  try {
    const { metadata } = await kube.create<Pod>(resources.pods, draft)
    recorder.record({
      about: about(owner),
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: words.created(metadata.name, owner.metadata.name),
    })
  } catch (error) {
    expected.creationSeen(key)
    // Not worth telling: whoever deletes the namespace knows it.
    if (error instanceof KubeError && !/because it is being terminated$/.test(error.message))
      recorder.record({
        about: about(owner),
        type: 'Warning',
        reason: 'FailedCreate',
        message: words.notCreated(draft.metadata.name ?? '', owner.metadata.name, error.message),
      })
    throw error
  }
}

/** Deletes a pod, expects to see it go, and tells of it; one that is gone already is fine. */
export async function deletePod(
  { owner, key, kube, expected, recorder, nowMs, words = usualWords }: PodControl,
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
      message: words.deleted(name, owner.metadata.name),
    })
  } catch (error) {
    expected.deletionSeen(key, uid)
    if (isKubeError(error, 'NotFound')) return
    if (error instanceof KubeError)
      recorder.record({
        about: about(owner),
        type: 'Warning',
        reason: 'FailedDelete',
        message: words.notDeleted(name, owner.metadata.name, error.message),
      })
    throw error
  }
}

/**
 * Creates so many pods in batches of 1, 2, 4 …: where one of a batch is refused the rest waits for the next sync, so that a cluster
 * that takes none (quota, admission) is not flooded with requests (slowStartBatch). Answers the first refusal.
 */
export async function createInBatches(
  control: PodControl,
  drafts: readonly Draft<Pod>[],
): Promise<KubeError | undefined> {
  let from = 0
  for (let size = 1; from < Math.min(drafts.length, burstMax); size *= 2) {
    const batch = drafts.slice(from, Math.min(from + size, burstMax))
    let refusal: KubeError | undefined
    for (const draft of batch) {
      try {
        await createPod(control, draft)
      } catch (error) {
        if (!(error instanceof KubeError)) throw error
        refusal ??= error
      }
    }
    if (refusal !== undefined) return refusal
    from += batch.length
  }
  return undefined
}

/** What one sync creates or deletes at most. */
const burstMax = 250

/**
 * Takes pods that nobody owns and that the selector matches, lets go of own pods that it matches no longer
 * (controller_ref_manager.go ClaimPods). Answers the pods that are the owner's now.
 */
export async function claimPods(
  { owner, kube }: Pick<PodControl, 'owner' | 'kube'>,
  { selector, among }: { readonly selector: LabelSelector | undefined; readonly among: PodIndex },
): Promise<readonly Pod[]> {
  const test = selectorTest(selector)
  const matches = ({ metadata }: Pod): boolean => test(metadata.labels)
  const orphans = among.orphans(owner.metadata.namespace ?? '')
  const claimed: Pod[] = []
  for (const pod of among.ownedBy(owner.metadata.uid)) {
    if (matches(pod) || pod.metadata.deletionTimestamp !== undefined) claimed.push(pod)
    else await patchOwners(kube, pod, [{ $patch: 'delete', uid: owner.metadata.uid }])
  }
  for (const pod of orphans) {
    if (!matches(pod) || !isActive(pod)) continue
    const adopted = await patchOwners(kube, pod, [ownedBy(owner)])
    if (adopted !== undefined) claimed.push(adopted)
  }
  return claimed
}

async function patchOwners(
  kube: KubeClient,
  pod: Pod,
  ownerReferences: readonly unknown[],
): Promise<Pod | undefined> {
  const { name, uid } = pod.metadata
  try {
    return await kube.patch<Pod>(
      { type: resources.pods, ...space(pod), name },
      { type: 'strategic', body: { metadata: { uid, ownerReferences } } },
    )
  } catch (error) {
    // Gone, or another pod of that name.
    if (isKubeError(error, 'NotFound') || isKubeError(error, 'Conflict')) return undefined
    throw error
  }
}
