/**
 * What the server adds to claims, volumes and classes of storage: pkg/apis/core/v1/defaults.go, pkg/apis/storage/v1/defaults.go,
 * plugin/pkg/admission/storage/{storageobjectinuseprotection,persistentvolume}, pkg/registry/core/persistentvolume{,claim}/strategy.go.
 */
import { fill } from '#lab/api/admission/pod-defaults.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

export const claimDefaults = (spec: JsonObject): JsonObject => fill(spec, { volumeMode: 'Filesystem' })

export const volumeObjectDefaults = (spec: JsonObject): JsonObject =>
  fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' })

export const classDefaults = (object: JsonObject): JsonObject =>
  fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' })

/** A new claim waits, is kept while a pod uses it, and is of the default class when it names none. */
export function admitClaim(state: ApiState, claim: JsonObject): JsonObject {
  const spec = asObject(claim.spec)
  const name = spec.storageClassName === undefined ? defaultClass(state) : undefined
  return protectedBy('kubernetes.io/pvc-protection', {
    ...claim,
    ...(name === undefined ? {} : { spec: { ...spec, storageClassName: name } }),
    status: { phase: 'Pending' },
  })
}

export const admitVolume = (_state: ApiState, volume: JsonObject): JsonObject =>
  protectedBy('kubernetes.io/pv-protection', { ...volume, status: { phase: 'Pending' } })

function protectedBy(finalizer: string, object: JsonObject): JsonObject {
  const metadata = asObject(object.metadata)
  const finalizers = asList(metadata.finalizers)
  return finalizers.includes(finalizer)
    ? object
    : { ...object, metadata: { ...metadata, finalizers: [...finalizers, finalizer] } }
}

/** The newest of those that are marked so. */
function defaultClass({ store }: ApiState): string | undefined {
  const marked = store
    .list('storage.k8s.io/storageclasses')
    .filter(
      ({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
    )
  const newest = (a: Stored, b: Stored): number =>
    b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp)
  return [...marked].sort(newest)[0]?.metadata.name
}
