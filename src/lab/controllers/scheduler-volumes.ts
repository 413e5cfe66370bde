/**
 * What a pod's claims say of where it can run: kubernetes/kubernetes:pkg/scheduler/framework/plugins/volumebinding/volume_binding.go.
 * Not imitated: provisioning on the chosen node, limits of volumes per node, ReadWriteOncePod.
 */
import type { Node, PersistentVolume, Pod, StorageClass, VolumeClaim } from '#lab/api/objects.ts'
import { type Kube, resources } from '#lab/api/ports.ts'
import { about, space } from '#lab/controllers/references.ts'
import {
  classOf,
  isBound,
  isFor,
  matchingVolume,
  reaches,
  waitsForConsumer,
} from '#lab/controllers/volume-match.ts'
import { claimsOf } from '#lab/controllers/volume-protection.ts'

export interface StorageView {
  claim(key: string): VolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  volumes(): readonly PersistentVolume[]
  storageClass(name: string): StorageClass | undefined
}

/** The claims of one pod before all nodes. */
export class ClaimedVolumes {
  /** Why no node at all takes the pod. */
  readonly refusal: string | undefined
  readonly #bound: readonly PersistentVolume[]
  /** Those that wait for their pod. */
  readonly #open: readonly VolumeClaim[]
  readonly #view: StorageView

  constructor(pod: Pod, view: StorageView) {
    this.#view = view
    const named = claimsOf(pod).map((name) => ({
      name,
      claim: view.claim(`${pod.metadata.namespace}/${name}`),
    }))
    const claims = named.flatMap(({ claim }) => claim ?? [])
    this.#bound = claims.filter(isBound).flatMap(({ spec }) => view.volume(spec.volumeName ?? '') ?? [])
    this.#open = claims.filter((claim) => !isBound(claim))
    this.refusal =
      named.map(({ name, claim }) => faultOf(name, claim, view)).find((fault) => fault !== undefined) ??
      (this.#open.some((claim) => !waitsForConsumer(view.storageClass(classOf(claim))))
        ? 'pod has unbound immediate PersistentVolumeClaims'
        : undefined)
  }

  /** Why a node is none for them. */
  misfit(node: Node): string | undefined {
    if (this.#bound.some((volume) => !reaches(volume, node)))
      return 'node(s) had volume node affinity conflict'
    return this.#matches(node) === undefined
      ? "node(s) didn't find available persistent volumes to bind"
      : undefined
  }

  /** Volumes for the claims that waited, on the chosen node; the controller does the rest. */
  async reserve(kube: Kube, node: Node): Promise<void> {
    for (const [claim, volume] of this.#matches(node) ?? [])
      if (!isFor(volume, claim))
        await kube.update<PersistentVolume>(resources.volumes, {
          ...volume,
          spec: { ...volume.spec, claimRef: { ...about(claim), ...space(claim) } },
        })
  }

  #matches(node: Node): readonly (readonly [VolumeClaim, PersistentVolume])[] | undefined {
    const taken = new Set<string>()
    const matches: (readonly [VolumeClaim, PersistentVolume])[] = []
    for (const claim of this.#open) {
      const free = this.#view.volumes().filter(({ metadata }) => !taken.has(metadata.name))
      const volume = matchingVolume(claim, free, node)
      if (volume === undefined) return undefined
      taken.add(volume.metadata.name)
      matches.push([claim, volume])
    }
    return matches
  }
}

function faultOf(name: string, claim: VolumeClaim | undefined, view: StorageView): string | undefined {
  const quoted = `persistentvolumeclaim ${JSON.stringify(name)}`
  if (claim === undefined) return `${quoted} not found`
  if (claim.metadata.deletionTimestamp !== undefined) return `${quoted} is being deleted`
  const { volumeName = '' } = claim.spec
  return isBound(claim) && view.volume(volumeName) === undefined
    ? `${quoted} bound to non-existent persistentvolume ${JSON.stringify(volumeName)}`
    : undefined
}
