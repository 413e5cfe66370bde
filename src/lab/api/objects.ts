/**
 * The Kubernetes objects that the lab's components read and write, with the fields they use. The server stores whole
 * objects, unknown fields included; these types only name what a component may rely on.
 */

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly generateName?: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation?: number
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
  readonly managedFields?: readonly unknown[]
}

export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

/** What a client sends to create one: the server fills in the rest of the metadata. */
export type Draft<T extends KubeObject> = Omit<T, 'metadata' | 'status'> & {
  readonly metadata: Partial<ObjectMeta> & ({ readonly name: string } | { readonly generateName: string })
  readonly status?: unknown
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly lastHeartbeatTime?: string
  readonly lastTransitionTime?: string | null
  readonly lastProbeTime?: string | null
}

export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
  readonly timeAdded?: string
}

export interface Toleration {
  readonly key?: string
  readonly operator?: 'Exists' | 'Equal'
  readonly value?: string
  readonly effect?: Taint['effect']
  readonly tolerationSeconds?: number
}

export interface Node extends KubeObject {
  readonly spec: {
    readonly podCIDR?: string
    readonly podCIDRs?: readonly string[]
    readonly taints?: readonly Taint[]
    readonly unschedulable?: boolean
    readonly providerID?: string
  }
  readonly status: {
    readonly conditions?: readonly Condition[]
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    readonly capacity?: Readonly<Record<string, string>>
    readonly allocatable?: Readonly<Record<string, string>>
    readonly nodeInfo?: Readonly<Record<string, string>>
    readonly images?: readonly { readonly names: readonly string[]; readonly sizeBytes: number }[]
  }
}

export interface Probe {
  readonly exec?: { readonly command: readonly string[] }
  readonly httpGet?: {
    readonly path?: string
    readonly port: number | string
    readonly host?: string
    readonly scheme?: string
  }
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string }
  readonly initialDelaySeconds?: number
  readonly periodSeconds?: number
  readonly timeoutSeconds?: number
  readonly successThreshold?: number
  readonly failureThreshold?: number
}

export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string }
    readonly configMapKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean }
    readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean }
  }
}

export interface SecurityContext {
  readonly privileged?: boolean
  readonly runAsUser?: number
  readonly runAsGroup?: number
  readonly runAsNonRoot?: boolean
  readonly allowPrivilegeEscalation?: boolean
  readonly readOnlyRootFilesystem?: boolean
  readonly procMount?: string
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] }
}

export interface ContainerDef {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly workingDir?: string
  readonly env?: readonly EnvVar[]
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string; readonly optional?: boolean }
  }[]
  readonly ports?: readonly {
    readonly name?: string
    readonly containerPort: number
    readonly protocol?: string
    readonly hostPort?: number
  }[]
  readonly volumeMounts?: readonly {
    readonly name: string
    readonly mountPath: string
    readonly readOnly?: boolean
    readonly subPath?: string
    readonly mountPropagation?: string
  }[]
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly startupProbe?: Probe
  readonly lifecycle?: { readonly preStop?: { readonly exec?: { readonly command: readonly string[] } } }
  readonly securityContext?: SecurityContext
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>
    readonly limits?: Readonly<Record<string, string>>
  }
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
  readonly terminationMessagePath?: string
  readonly terminationMessagePolicy?: string
}

export interface Volume {
  readonly name: string
  readonly hostPath?: { readonly path: string; readonly type?: string }
  readonly emptyDir?: Readonly<Record<string, unknown>>
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
  readonly containers: readonly ContainerDef[]
  readonly initContainers?: readonly ContainerDef[]
  readonly volumes?: readonly Volume[]
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  readonly terminationGracePeriodSeconds?: number
  readonly serviceAccountName?: string
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly affinity?: Readonly<Record<string, unknown>>
  readonly topologySpreadConstraints?: readonly Readonly<Record<string, unknown>>[]
  readonly tolerations?: readonly Toleration[]
  readonly priorityClassName?: string
  readonly priority?: number
  readonly dnsPolicy?: string
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly schedulerName?: string
  readonly enableServiceLinks?: boolean
}

export interface ContainerStateRunning {
  readonly startedAt: string
}
export interface ContainerStateWaiting {
  readonly reason: string
  readonly message?: string
}
export interface ContainerStateTerminated {
  readonly exitCode: number
  readonly signal?: number
  readonly reason: string
  readonly message?: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly containerID: string
}
export interface ContainerState {
  readonly running?: ContainerStateRunning
  readonly waiting?: ContainerStateWaiting
  readonly terminated?: ContainerStateTerminated
}

export interface ContainerStatus {
  readonly name: string
  readonly state: ContainerState
  readonly lastState: ContainerState
  readonly ready: boolean
  readonly restartCount: number
  readonly image: string
  readonly imageID: string
  readonly containerID?: string
  readonly started?: boolean
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
    readonly qosClass?: string
    readonly reason?: string
    readonly message?: string
  }
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values?: readonly string[]
  }[]
}

export interface PodTemplate {
  readonly metadata?: Partial<ObjectMeta>
  readonly spec: PodSpec
}

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
  }
  readonly status: Readonly<Record<string, unknown>>
}

export interface ReplicaSet extends KubeObject {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
  }
  readonly status: Readonly<Record<string, unknown>>
}

export interface Service extends KubeObject {
  readonly spec: {
    readonly clusterIP?: string
    readonly clusterIPs?: readonly string[]
    readonly type?: string
    readonly selector?: Readonly<Record<string, string>>
    readonly ports?: readonly {
      readonly name?: string
      readonly port: number
      readonly targetPort?: number | string
      readonly protocol?: string
      readonly nodePort?: number
    }[]
  }
}

export interface EndpointSlice extends KubeObject {
  readonly addressType: string
  readonly endpoints: readonly {
    readonly addresses: readonly string[]
    readonly conditions?: {
      readonly ready?: boolean
      readonly serving?: boolean
      readonly terminating?: boolean
    }
    readonly nodeName?: string
    readonly targetRef?: Readonly<Record<string, string>>
  }[]
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[]
}

export interface Endpoints extends KubeObject {
  readonly subsets?: readonly {
    readonly addresses?: readonly {
      readonly ip: string
      readonly nodeName?: string
      readonly targetRef?: Readonly<Record<string, string>>
    }[]
    readonly notReadyAddresses?: readonly {
      readonly ip: string
      readonly nodeName?: string
      readonly targetRef?: Readonly<Record<string, string>>
    }[]
    readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[]
  }[]
}

export interface Lease extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}
export interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
  readonly type?: string
}

export interface KubeEvent extends KubeObject {
  readonly involvedObject: {
    readonly kind: string
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly apiVersion?: string
    readonly resourceVersion?: string
    readonly fieldPath?: string
  }
  readonly reason: string
  readonly message: string
  readonly type: 'Normal' | 'Warning'
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly source?: { readonly component?: string; readonly host?: string }
  readonly reportingComponent?: string
  readonly reportingInstance?: string
}

// Calico's resources as the Kubernetes datastore keeps them (crd.projectcalico.org/v1).

export interface IPPool extends KubeObject {
  readonly spec: {
    readonly cidr: string
    readonly blockSize?: number
    readonly ipipMode?: 'Always' | 'CrossSubnet' | 'Never'
    readonly vxlanMode?: 'Always' | 'CrossSubnet' | 'Never'
    readonly natOutgoing?: boolean
    readonly nodeSelector?: string
    readonly disabled?: boolean
    readonly allowedUses?: readonly string[]
  }
}

export interface BlockAffinity extends KubeObject {
  readonly spec: {
    readonly cidr: string
    readonly node: string
    readonly state: 'pending' | 'confirmed' | 'pendingDeletion'
    readonly deleted: 'true' | 'false'
    readonly type?: string
  }
}

export interface IPAMBlock extends KubeObject {
  readonly spec: {
    readonly cidr: string
    readonly affinity?: string
    readonly strictAffinity: boolean
    readonly allocations: readonly (number | null)[]
    readonly unallocated: readonly number[]
    readonly attributes: readonly {
      readonly handle_id?: string
      readonly secondary?: Readonly<Record<string, string>>
    }[]
    readonly deleted: boolean
    readonly sequenceNumber?: number
    readonly sequenceNumberForAllocation?: Readonly<Record<string, number>>
  }
}

export interface IPAMHandle extends KubeObject {
  readonly spec: {
    readonly handleID: string
    readonly block: Readonly<Record<string, number>>
    readonly deleted?: boolean
  }
}

export interface BGPConfiguration extends KubeObject {
  readonly spec: {
    readonly asNumber?: number
    readonly nodeToNodeMeshEnabled?: boolean
    readonly logSeverityScreen?: string
    readonly listenPort?: number
    readonly nodeMeshMaxRestartTime?: string
  }
}

export interface BGPPeer extends KubeObject {
  readonly spec: {
    readonly peerIP?: string
    readonly asNumber?: number
    readonly node?: string
    readonly nodeSelector?: string
    readonly peerSelector?: string
    readonly keepaliveTime?: string
  }
}

export interface ClusterInformation extends KubeObject {
  readonly spec: {
    readonly clusterGUID?: string
    readonly clusterType?: string
    readonly calicoVersion?: string
    readonly datastoreReady?: boolean
  }
}

export interface FelixConfiguration extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>
}
