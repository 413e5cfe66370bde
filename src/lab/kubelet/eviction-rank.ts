/** Whom an eviction takes first, and what is said of it: kubernetes/kubernetes:pkg/kubelet/eviction/helpers.go. */
import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import { quantity } from '#lab/api/quantity.ts'
import { isStaticPod } from '#lab/kubelet/context.ts'
import { type Crossing, inKibibytes } from '#lab/kubelet/eviction-signals.ts'
import { systemCriticalPriority } from '#lab/kubelet/oom-score.ts'

export interface Usage {
  readonly memoryBytes: number
  readonly diskBytes: number
}

export interface Usages {
  of(pod: Pod, container: string): Usage
  /** On the disk, in what a pod's containers share; by its uid. */
  readonly volumeBytes: ReadonlyMap<string, number>
}

/** Pods that nothing evicts (pkg/kubelet/types/pod_update.go IsCriticalPod). */
export const isCriticalPod = (pod: Pod): boolean =>
  isStaticPod(pod) || (pod.spec.priority ?? 0) >= systemCriticalPriority

/** Those that use more than they asked for, then those of low priority, then those that use most beyond what they asked for. */
export function ranked(pods: readonly Pod[], { resource }: Crossing, usages: Usages): readonly Pod[] {
  const excess = (pod: Pod): number =>
    pod.spec.containers.reduce(
      (sum, def) => sum + used(usages.of(pod, def.name), resource) - requested(def, resource),
      resource === 'memory' ? 0 : (usages.volumeBytes.get(pod.metadata.uid) ?? 0),
    )
  const exceeds = (pod: Pod): number => (resource === 'inodes' ? 0 : Number(excess(pod) > 0))
  return [...pods].sort(
    (a, b) =>
      exceeds(b) - exceeds(a) ||
      (a.spec.priority ?? 0) - (b.spec.priority ?? 0) ||
      excess(b) - excess(a) ||
      (a.metadata.name < b.metadata.name ? -1 : 1),
  )
}

/** The message of the event and of the pod's status; its last sentence ends in a space. */
export function evictionMessage(pod: Pod, crossing: Crossing, usages: Usages): string {
  const { resource, threshold, available } = crossing
  const offenders = pod.spec.containers.flatMap((def) => {
    const bytes = used(usages.of(pod, def.name), resource)
    const request = requested(def, resource)
    if (resource === 'inodes' || bytes <= request) return []
    const asked = def.resources?.requests?.[resource] ?? '0'
    return [
      `Container ${def.name} was using ${inKibibytes(bytes)}, request is ${asked}, has larger consumption of ${resource}. `,
    ]
  })
  const low = `The node was low on resource: ${resource}. Threshold quantity: ${threshold}, available: ${available}. `
  return `${low}${offenders.join('')}`
}

const used = ({ memoryBytes, diskBytes }: Usage, resource: Crossing['resource']): number =>
  resource === 'memory' ? memoryBytes : diskBytes

const requested = (def: ContainerDef, resource: Crossing['resource']): number =>
  resource === 'inodes' ? 0 : quantity(def.resources?.requests?.[resource])
