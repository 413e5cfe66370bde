import type { Condition, Draft, KubeObject, LabelSelector } from '#lab/api/objects/meta.ts'
import type { PodTemplate } from '#lab/api/objects/pod.ts'
import type { VolumeClaim } from '#lab/api/objects/storage.ts'

export interface DaemonSet extends KubeObject {
  readonly spec: {
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly updateStrategy?: {
      readonly type: string
      readonly rollingUpdate?: {
        readonly maxUnavailable?: number | string
        readonly maxSurge?: number | string
      }
    }
    readonly minReadySeconds?: number
    readonly revisionHistoryLimit?: number
  }
  readonly status: Readonly<Record<string, number>>
}

export interface ControllerRevision extends KubeObject {
  readonly revision: number
  readonly data: Readonly<Record<string, unknown>>
}

export interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly strategy?: {
      readonly type: string
      readonly rollingUpdate?: {
        readonly maxUnavailable?: number | string
        readonly maxSurge?: number | string
      }
    }
    readonly paused?: boolean
    readonly minReadySeconds?: number
    readonly progressDeadlineSeconds?: number
    readonly revisionHistoryLimit?: number
  }
  readonly status: Readonly<Record<string, unknown>>
}

export interface ReplicaSet extends KubeObject {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly minReadySeconds?: number
  }
  readonly status: Readonly<Record<string, unknown>>
}

export interface ReplicationController extends KubeObject {
  readonly spec: {
    readonly replicas?: number
    readonly selector?: Readonly<Record<string, string>>
    readonly template: PodTemplate
    readonly minReadySeconds?: number
  }
  readonly status: Readonly<Record<string, unknown>>
}

export interface StatefulSet extends KubeObject {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly serviceName?: string
    readonly podManagementPolicy?: string
    readonly volumeClaimTemplates?: readonly Draft<VolumeClaim>[]
    readonly updateStrategy?: {
      readonly type: string
      readonly rollingUpdate?: { readonly partition?: number }
    }
  }
  readonly status: Readonly<Record<string, unknown>>
}

export interface Job extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector
    readonly template: PodTemplate
    readonly parallelism?: number
    readonly completions?: number
    readonly backoffLimit?: number
    readonly activeDeadlineSeconds?: number
    readonly suspend?: boolean
    readonly ttlSecondsAfterFinished?: number
    readonly completionMode?: 'NonIndexed' | 'Indexed'
    readonly backoffLimitPerIndex?: number
    readonly maxFailedIndexes?: number
    readonly podFailurePolicy?: { readonly rules: readonly PodFailureRule[] }
  }
  readonly status: {
    readonly completedIndexes?: string
    readonly failedIndexes?: string
    readonly active?: number
    readonly succeeded?: number
    readonly failed?: number
    readonly ready?: number
    readonly terminating?: number
    readonly startTime?: string
    readonly completionTime?: string
    readonly conditions?: readonly Condition[]
    readonly uncountedTerminatedPods?: Readonly<Record<string, unknown>>
  }
}

export interface PodFailureRule {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count'
  readonly onExitCodes?: {
    readonly containerName?: string
    readonly operator: 'In' | 'NotIn'
    readonly values: readonly number[]
  }
  readonly onPodConditions?: readonly { readonly type: string; readonly status?: string }[]
}

export interface CronJob extends KubeObject {
  readonly spec: {
    readonly schedule: string
    readonly timeZone?: string
    readonly suspend?: boolean
    readonly concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace'
    readonly startingDeadlineSeconds?: number
    readonly successfulJobsHistoryLimit?: number
    readonly failedJobsHistoryLimit?: number
    readonly jobTemplate: {
      readonly metadata?: {
        readonly labels?: Readonly<Record<string, string>>
        readonly annotations?: Readonly<Record<string, string>>
      }
      readonly spec: Job['spec']
    }
  }
  readonly status?: {
    readonly active?: readonly { readonly name: string; readonly uid: string }[]
    readonly lastScheduleTime?: string
    readonly lastSuccessfulTime?: string
  }
}
