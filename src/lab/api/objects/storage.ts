import type { KubeObject, LabelSelector } from '#lab/api/objects/meta.ts'

export interface VolumeClaim extends KubeObject {
  readonly spec: {
    readonly accessModes?: readonly string[]
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> }
    /** `''`: of no class; undefined: of whichever is the default. */
    readonly storageClassName?: string
    readonly volumeMode?: string
    readonly volumeName?: string
    readonly selector?: LabelSelector
  }
  readonly status?: {
    readonly phase?: 'Pending' | 'Bound' | 'Lost'
    readonly accessModes?: readonly string[]
    readonly capacity?: Readonly<Record<string, string>>
  }
}

export interface PersistentVolume extends KubeObject {
  readonly spec: {
    readonly accessModes?: readonly string[]
    readonly capacity?: Readonly<Record<string, string>>
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string }
    readonly persistentVolumeReclaimPolicy?: string
    readonly storageClassName?: string
    readonly volumeMode?: string
    readonly hostPath?: { readonly path: string; readonly type?: string }
    readonly local?: { readonly path: string }
    readonly nodeAffinity?: {
      readonly required?: { readonly nodeSelectorTerms?: readonly unknown[] }
    }
  }
  readonly status?: { readonly phase?: string; readonly reason?: string; readonly message?: string }
}

export interface StorageClass extends KubeObject {
  readonly provisioner: string
  readonly reclaimPolicy?: string
  readonly volumeBindingMode?: string
}
