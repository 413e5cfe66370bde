import type { ContainerDef, ContainerStatus } from '#lab/api/objects/container.ts'
import type { Condition, KubeObject, ObjectMeta } from '#lab/api/objects/meta.ts'
import type { Toleration } from '#lab/api/objects/node.ts'

export interface Volume {
  readonly name: string
  readonly hostPath?: { readonly path: string; readonly type?: string }
  readonly emptyDir?: Readonly<Record<string, unknown>>
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean }
  readonly configMap?: {
    readonly name: string
    readonly items?: readonly { readonly key: string; readonly path: string }[]
    readonly optional?: boolean
  }
  readonly secret?: { readonly secretName: string; readonly optional?: boolean }
  readonly projected?: {
    readonly sources: readonly Readonly<Record<string, unknown>>[]
    readonly defaultMode?: number
  }
}

export interface PodSpec {
  readonly nodeName?: string
  readonly hostname?: string
  readonly containers: readonly ContainerDef[]
  readonly initContainers?: readonly ContainerDef[]
  readonly ephemeralContainers?: readonly (ContainerDef & { readonly targetContainerName?: string })[]
  readonly volumes?: readonly Volume[]
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  readonly terminationGracePeriodSeconds?: number
  readonly serviceAccountName?: string
  readonly imagePullSecrets?: readonly { readonly name: string }[]
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly affinity?: Readonly<Record<string, unknown>>
  readonly topologySpreadConstraints?: readonly Readonly<Record<string, unknown>>[]
  readonly tolerations?: readonly Toleration[]
  readonly priorityClassName?: string
  readonly priority?: number
  readonly preemptionPolicy?: string
  readonly dnsPolicy?: string
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly schedulerName?: string
  readonly enableServiceLinks?: boolean
  readonly activeDeadlineSeconds?: number
  readonly readinessGates?: readonly { readonly conditionType: string }[]
}

export interface Pod extends KubeObject {
  readonly spec: PodSpec
  readonly status: {
    readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    readonly conditions?: readonly Condition[]
    readonly hostIP?: string
    readonly hostIPs?: readonly { readonly ip: string }[]
    readonly podIP?: string
    readonly podIPs?: readonly { readonly ip: string }[]
    readonly startTime?: string
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[]
    readonly qosClass?: string
    readonly nominatedNodeName?: string
    readonly reason?: string
    readonly message?: string
  }
}

export interface PodTemplate {
  readonly metadata?: Partial<ObjectMeta>
  readonly spec: PodSpec
}
