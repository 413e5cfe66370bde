/**
 * Binds claims to volumes: kubernetes/kubernetes:pkg/controller/volume/persistentvolume/pv_controller.go.
 *
 * Not imitated: provisioning (nobody in a lab makes volumes), recycling, deletion of what volumes hold, expansion.
 */
import type { KubeClient } from '#lab/api/client.ts'
import type { PersistentVolume, StorageClass, VolumeClaim } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { objectKey } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'
import {
  bindCompleted,
  boundByController,
  classOf,
  isBound,
  isFor,
  matchingVolume,
  waitsForConsumer,
} from '#lab/controllers/volume-match.ts'
import { minorOf } from '#lab/kubelet/release.ts'

/** pvclaimbinder-sync-period */
const resyncMs = 15_000

interface Told {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export function startVolumes(kit: ControllerKit): void {
  const recorder = kit.recorder('persistentvolume-controller')
  const minor = minorOf(kit.p.version)
  /** When claims that wait are looked at again. */
  const resyncs = new Map<string, number>()
  const classes = kit.cache<StorageClass>(resources.storageClasses)
  const claims = kit.cache<VolumeClaim>(resources.volumeClaims, ({ type, object }) => {
    if (object.spec.volumeName !== undefined) ofVolumes.add(object.spec.volumeName)
    if (type !== 'DELETED') queue.add(objectKey(object))
    else resyncs.delete(objectKey(object))
  })
  const volumes = kit.cache<PersistentVolume>(resources.volumes, ({ type, object }) => {
    if (type !== 'DELETED') ofVolumes.add(object.metadata.name)
    // Claims that wait look for volumes when they are looked at anyway.
    const { namespace, name } = object.spec.claimRef ?? {}
    if (name !== undefined) queue.add(`${namespace}/${name}`)
  })
  const queue = kit.controller('claims', [claims, volumes, classes], async (key, kube) => {
    const claim = claims.get(key)
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return
    if (isBound(claim)) return writeBound(kube, claim, volumes.get(claim.spec.volumeName ?? ''))
    const storageClass = classes.get(classOf(claim))
    const kept = volumes.list().some((volume) => isFor(volume, claim))
    const volume = waitsForConsumer(storageClass) && !kept ? undefined : matchingVolume(claim, volumes.list())
    if (volume !== undefined) return bind(kube, claim, volume)
    recorder.record({ about: about(claim), ...waiting(claim, storageClass, minor) })
    if ((resyncs.get(key) ?? 0) > kit.p.now()) return
    resyncs.set(key, kit.p.now() + resyncMs)
    queue.addAfter(key, resyncMs)
  })
  const ofVolumes = kit.controller('volumes', [volumes, claims], async (name, kube) => {
    const volume = volumes.get(name)
    if (volume === undefined) return
    const phase = phaseOf(volume, (claim) => claims.get(claim))
    if (volume.status?.phase === phase) return
    const status = { ...volume.status, phase }
    await kube.update<PersistentVolume>(resources.volumes, { ...volume, status }, { subresource: 'status' })
  })
}

/** Why a claim has no volume yet. */
function waiting(claim: VolumeClaim, storageClass: StorageClass | undefined, minor: number): Told {
  const name = classOf(claim)
  if (waitsForConsumer(storageClass))
    return {
      type: 'Normal',
      reason: 'WaitForFirstConsumer',
      message: 'waiting for first consumer to be created before binding',
    }
  if (name === '')
    return {
      type: 'Normal',
      reason: 'FailedBinding',
      message: 'no persistent volumes available for this claim and no storage class is set',
    }
  if (storageClass === undefined)
    return {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: `storageclass.storage.k8s.io ${JSON.stringify(name)} not found`,
    }
  const { provisioner } = storageClass
  if (provisioner.startsWith('kubernetes.io/'))
    return {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: `no volume plugin matched name: ${provisioner}`,
    }
  return {
    type: 'Normal',
    reason: 'ExternalProvisioning',
    message:
      minor >= 28
        ? `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`
        : `waiting for a volume to be created, either by external provisioner ${JSON.stringify(provisioner)} or manually created by system administrator`,
  }
}

/** First the volume is the claim's, then the claim the volume's. */
async function bind(kube: KubeClient, claim: VolumeClaim, volume: PersistentVolume): Promise<void> {
  const { metadata } = claim
  if (volume.spec.claimRef?.uid === undefined) {
    const claimRef = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      name: metadata.name,
      ...space(claim),
      resourceVersion: metadata.resourceVersion,
      uid: metadata.uid,
    }
    await kube.update<PersistentVolume>(resources.volumes, {
      ...volume,
      metadata: {
        ...volume.metadata,
        annotations: { ...volume.metadata.annotations, [boundByController]: 'yes' },
      },
      spec: { ...volume.spec, claimRef },
    })
  }
  const bound = await kube.update<VolumeClaim>(resources.volumeClaims, {
    ...claim,
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        [bindCompleted]: 'yes',
        [boundByController]: 'yes',
      },
    },
    spec: { ...claim.spec, volumeName: volume.metadata.name },
  })
  await writeBound(kube, bound, volume)
}

/** A bound claim has what its volume has, or has lost it. */
async function writeBound(
  kube: KubeClient,
  claim: VolumeClaim,
  volume: PersistentVolume | undefined,
): Promise<void> {
  const phase = volume === undefined ? 'Lost' : 'Bound'
  const { accessModes, capacity } = volume?.spec ?? {}
  if (claim.status?.phase === phase) return
  const status = {
    ...(accessModes === undefined ? {} : { accessModes }),
    ...(capacity === undefined ? {} : { capacity }),
    phase,
  } as const
  await kube.update<VolumeClaim>(resources.volumeClaims, { ...claim, status }, { subresource: 'status' })
}

function phaseOf(
  { metadata, spec: { claimRef } }: PersistentVolume,
  claimNamed: (key: string) => VolumeClaim | undefined,
): string {
  if (claimRef === undefined) return 'Available'
  const claim = claimNamed(`${claimRef.namespace}/${claimRef.name}`)
  if (claimRef.uid === undefined) return 'Available'
  if (claim === undefined || claim.metadata.uid !== claimRef.uid) return 'Released'
  return claim.spec.volumeName === metadata.name ? 'Bound' : 'Available'
}
