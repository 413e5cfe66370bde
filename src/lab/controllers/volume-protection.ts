/**
 * Lets deleted claims and volumes go when nobody uses them any more: kubernetes/kubernetes:pkg/controller/volume/{pvcprotection,pvprotection}.
 */

import type { KubeObject, PersistentVolume, Pod, VolumeClaim } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import { resources } from '#lab/api/ports.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { objectKey } from '#lab/controllers/pods.ts'

const claimFinalizer = 'kubernetes.io/pvc-protection'
const volumeFinalizer = 'kubernetes.io/pv-protection'

const waitsFor = (object: KubeObject, finalizer: string): boolean =>
  object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(finalizer) === true

const without = <T extends KubeObject>(object: T, finalizer: string): T => ({
  ...object,
  metadata: {
    ...object.metadata,
    finalizers: object.metadata.finalizers?.filter((each) => each !== finalizer) ?? [],
  },
})

export function startClaimProtection(kit: ControllerKit): void {
  const claims = kit.cache<VolumeClaim>(resources.volumeClaims, ({ object }) => {
    if (waitsFor(object, claimFinalizer)) queue.add(objectKey(object))
  })
  const pods = kit.cache<Pod>(resources.pods, ({ type, object }) => {
    if (type !== 'DELETED' && !hasEnded(object)) return
    for (const name of claimsOf(object)) queue.add(`${object.metadata.namespace}/${name}`)
  })
  const queue = kit.controller('pvc_protection', [claims, pods], async (key, kube) => {
    const claim = claims.get(key)
    if (claim === undefined || !waitsFor(claim, claimFinalizer)) return
    const { namespace, name } = claim.metadata
    const used = pods
      .list()
      .some(
        (pod) =>
          pod.metadata.namespace === namespace &&
          pod.spec.nodeName !== undefined &&
          !hasEnded(pod) &&
          claimsOf(pod).includes(name),
      )
    if (!used) await kube.update<VolumeClaim>(resources.volumeClaims, without(claim, claimFinalizer))
  })
}

export function startVolumeProtection(kit: ControllerKit): void {
  const volumes = kit.cache<PersistentVolume>(resources.volumes, ({ object }) => {
    if (waitsFor(object, volumeFinalizer)) queue.add(object.metadata.name)
  })
  const queue = kit.controller('pv_protection', [volumes], async (name, kube) => {
    const volume = volumes.get(name)
    if (volume === undefined || !waitsFor(volume, volumeFinalizer) || volume.status?.phase === 'Bound') return
    await kube.update<PersistentVolume>(resources.volumes, without(volume, volumeFinalizer))
  })
}

/** The claims that a pod's volumes name. */
export const claimsOf = ({ spec }: Pod): readonly string[] =>
  (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [])
