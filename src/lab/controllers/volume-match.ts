/** Which volume a claim gets: staging:component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume). */
import type { Node, PersistentVolume, StorageClass, VolumeClaim } from '#lab/api/objects.ts'
import { quantity } from '#lab/api/quantity.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { type NodeSelectorTerm, termHolds } from '#lab/controllers/node-affinity.ts'

export const classOf = ({ spec }: VolumeClaim | PersistentVolume): string => spec.storageClassName ?? ''

export const waitsForConsumer = (storageClass: StorageClass | undefined): boolean =>
  storageClass?.volumeBindingMode === 'WaitForFirstConsumer'

export const isBound = ({ metadata, spec }: VolumeClaim): boolean =>
  spec.volumeName !== undefined && metadata.annotations?.[bindCompleted] === 'yes'

export const bindCompleted = 'pv.kubernetes.io/bind-completed'
export const boundByController = 'pv.kubernetes.io/bound-by-controller'

/** Whether a volume says that it is this claim's. */
export const isFor = ({ spec: { claimRef } }: PersistentVolume, { metadata }: VolumeClaim): boolean =>
  claimRef !== undefined &&
  claimRef.name === metadata.name &&
  claimRef.namespace === metadata.namespace &&
  (claimRef.uid === undefined || claimRef.uid === metadata.uid)

/** The volume that is kept for the claim, else the smallest that is free and large enough; `node`: it has to be reachable from there. */
export function matchingVolume(
  claim: VolumeClaim,
  volumes: readonly PersistentVolume[],
  node?: Node,
): PersistentVolume | undefined {
  const kept = volumes.find((volume) => isFor(volume, claim))
  if (kept !== undefined) return kept
  const wanted = quantity(claim.spec.resources?.requests?.['storage'] ?? '0')
  const selects = claim.spec.selector === undefined ? undefined : selectorTest(claim.spec.selector)
  return volumes
    .filter(
      (volume) =>
        volume.spec.claimRef === undefined &&
        volume.metadata.deletionTimestamp === undefined &&
        classOf(volume) === classOf(claim) &&
        (volume.spec.volumeMode ?? 'Filesystem') === (claim.spec.volumeMode ?? 'Filesystem') &&
        sizeOf(volume) >= wanted &&
        (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode)) &&
        (selects?.(volume.metadata.labels) ?? true) &&
        (node === undefined || reaches(volume, node)),
    )
    .sort((a, b) => sizeOf(a) - sizeOf(b))[0]
}

const sizeOf = ({ spec }: PersistentVolume): number => quantity(spec.capacity?.['storage'] ?? '0')

/** Whether a volume can be used on a node. */
export function reaches({ spec }: PersistentVolume, node: Node): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms as readonly NodeSelectorTerm[] | undefined // of the type's schema
  return terms === undefined || terms.some((term) => termHolds(term, node))
}
