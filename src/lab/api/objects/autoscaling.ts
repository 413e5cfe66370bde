import type { Condition, KubeObject, LabelSelector } from '#lab/api/objects/meta.ts'

/** Of autoscaling/v2. */
export interface HorizontalPodAutoscaler extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string }
    readonly minReplicas?: number
    readonly maxReplicas: number
    readonly metrics?: readonly MetricSpec[]
    readonly behavior?: unknown
  }
  readonly status?: AutoscalerStatus
}

export interface AutoscalerStatus {
  readonly lastScaleTime?: string
  readonly currentReplicas?: number
  readonly desiredReplicas?: number
  readonly currentMetrics?: readonly MetricStatus[] | null
  readonly conditions?: readonly Condition[]
}

export interface MetricSpec {
  readonly type: string
  readonly resource?: { readonly name: string; readonly target: MetricTarget }
  readonly containerResource?: {
    readonly name: string
    readonly container: string
    readonly target: MetricTarget
  }
  readonly pods?: { readonly metric: MetricIdentifier; readonly target: MetricTarget }
  readonly object?: {
    readonly describedObject: { readonly kind: string; readonly name: string }
    readonly metric: MetricIdentifier
    readonly target: MetricTarget
  }
  readonly external?: { readonly metric: MetricIdentifier; readonly target: MetricTarget }
}

export interface MetricTarget {
  readonly type: string
  readonly value?: string
  readonly averageValue?: string
  readonly averageUtilization?: number
}

interface MetricIdentifier {
  readonly name: string
  readonly selector?: LabelSelector
}

export interface MetricStatus {
  /** Empty for one that could not be had. */
  readonly type: string
  readonly resource?: {
    readonly name: string
    readonly current: { readonly averageUtilization?: number; readonly averageValue: string }
  }
}

/** Of autoscaling/v1: the part of a workload that says how many pods it wants. */
export interface Scale extends KubeObject {
  readonly spec: { readonly replicas: number }
  readonly status: { readonly replicas: number; readonly selector?: string }
}

/** Of metrics.k8s.io/v1beta1: what a pod's containers use. */
export interface PodMetrics extends KubeObject {
  readonly timestamp: string
  readonly window: string
  readonly containers: readonly {
    readonly name: string
    readonly usage: Readonly<Record<string, string>>
  }[]
}
