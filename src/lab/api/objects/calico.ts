/** Calico's resources as the Kubernetes datastore keeps them (crd.projectcalico.org/v1). */
import type { KubeObject } from '#lab/api/objects/meta.ts'

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
