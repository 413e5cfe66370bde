import type { Condition, KubeObject } from '#lab/api/objects/meta.ts'

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

export interface Lease extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}
