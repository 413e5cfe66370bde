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
    readonly disableBGPExport?: boolean
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

export interface SecretKeyRef {
  readonly secretKeyRef?: { readonly name: string; readonly key: string }
}

/** `default` for the cluster, `node.<name>` for what one node has of its own. */
export interface BGPConfiguration extends KubeObject {
  readonly spec: {
    readonly asNumber?: number
    readonly nodeToNodeMeshEnabled?: boolean
    readonly logSeverityScreen?: string
    readonly listenPort?: number
    readonly bindMode?: 'None' | 'NodeIP'
    readonly nodeMeshMaxRestartTime?: string
    readonly nodeMeshPassword?: SecretKeyRef
    readonly ignoredInterfaces?: readonly string[]
    readonly serviceClusterIPs?: readonly { readonly cidr: string }[]
    readonly serviceExternalIPs?: readonly { readonly cidr: string }[]
    readonly serviceLoadBalancerIPs?: readonly { readonly cidr: string }[]
    readonly communities?: readonly { readonly name: string; readonly value: string }[]
    readonly prefixAdvertisements?: readonly {
      readonly cidr: string
      readonly communities: readonly string[]
    }[]
  }
}

export interface BGPPeer extends KubeObject {
  readonly spec: {
    /** An address, or `address:port`. */
    readonly peerIP?: string
    readonly asNumber?: number
    readonly node?: string
    readonly nodeSelector?: string
    readonly peerSelector?: string
    readonly password?: SecretKeyRef
    readonly sourceAddress?: 'UseNodeIP' | 'None'
    readonly maxRestartTime?: string
    readonly keepOriginalNextHop?: boolean
    readonly numAllowedLocalASNumbers?: number
    readonly ttlSecurity?: number
    readonly reachableBy?: string
    readonly filters?: readonly string[]
    /** 3.32 and later. */
    readonly keepaliveTime?: string
  }
}

export interface BGPFilterRule {
  readonly action: 'Accept' | 'Reject'
  readonly matchOperator?: 'Equal' | 'NotEqual' | 'In' | 'NotIn'
  readonly cidr?: string
  readonly prefixLength?: { readonly min?: number; readonly max?: number }
  readonly source?: 'RemotePeers'
  readonly interface?: string
}

export interface BGPFilter extends KubeObject {
  readonly spec: {
    readonly importV4?: readonly BGPFilterRule[]
    readonly exportV4?: readonly BGPFilterRule[]
    readonly importV6?: readonly BGPFilterRule[]
    readonly exportV6?: readonly BGPFilterRule[]
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
