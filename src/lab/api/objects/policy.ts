import type { Condition, KubeObject, LabelSelector } from '#lab/api/objects/meta.ts'

export interface PodDisruptionBudget extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector
    readonly minAvailable?: number | string
    readonly maxUnavailable?: number | string
    readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow'
  }
  readonly status?: {
    readonly conditions?: readonly Condition[]
    readonly currentHealthy: number
    readonly desiredHealthy: number
    readonly disruptedPods?: Readonly<Record<string, string>>
    readonly disruptionsAllowed: number
    readonly expectedPods: number
    readonly observedGeneration?: number
  }
}
