import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import { quantity } from '#lab/api/quantity.ts'
import { memoryCapacityBytes } from '#lab/kubelet/node-object.ts'

/** scheduling.SystemCriticalPriority */
export const systemCriticalPriority = 2_000_000_000

/** How soon a container is killed when the machine runs out of memory: kubernetes/kubernetes:pkg/kubelet/qos/policy.go. */
export function oomScoreAdj(pod: Pod, def: ContainerDef): number {
  if (isNodeCritical(pod) || pod.status?.qosClass === 'Guaranteed') return -997
  if (pod.status?.qosClass === 'BestEffort') return 1000
  const request = quantity(def.resources?.requests?.memory)
  const adj = Math.trunc(1000 - (1000 * request) / memoryCapacityBytes)
  return Math.min(999, Math.max(3, adj))
}

/** pkg/kubelet/types/pod_update.go: pods that are critical for the cluster (Typha) are not spared. */
const isNodeCritical = ({ spec }: Pod): boolean => spec.priorityClassName === 'system-node-critical'
