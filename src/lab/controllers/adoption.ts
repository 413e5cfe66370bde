import type { KubeClient } from '#lab/api/client.ts'
import type { KubeObject, LabelSelector } from '#lab/api/objects.ts'
import { isKubeError, type ResourceType } from '#lab/api/ports.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { controllerOf, ownedBy } from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'

/**
 * Takes what nobody controls and the owner's selector matches: what was left behind when another owner of that selector was deleted
 * with `--cascade=orphan` (controller_ref_manager.go: ClaimReplicaSets, ClaimControllerRevisions). Answers what is the owner's now.
 */
export async function adopt<T extends KubeObject>(
  kube: KubeClient,
  owner: KubeObject & { readonly spec: { readonly selector?: LabelSelector } },
  { type, among }: { readonly type: ResourceType; readonly among: readonly T[] },
): Promise<readonly T[]> {
  const own = among.filter((each) => controllerOf(each)?.uid === owner.metadata.uid)
  const free = among.filter(
    (each) =>
      controllerOf(each) === undefined &&
      each.metadata.namespace === owner.metadata.namespace &&
      each.metadata.deletionTimestamp === undefined,
  )
  if (free.length === 0) return own
  const matches = selectorTest(owner.spec.selector)
  for (const orphan of free) {
    const { labels, name, uid } = orphan.metadata
    if (!matches(labels)) continue
    const body = { metadata: { uid, ownerReferences: [ownedBy(owner)] } }
    try {
      own.push(await kube.patch<T>({ type, ...space(orphan), name }, { type: 'strategic', body }))
    } catch (error) {
      // Gone, or another of that name.
      if (!isKubeError(error, 'NotFound') && !isKubeError(error, 'Conflict')) throw error
    }
  }
  return own
}
