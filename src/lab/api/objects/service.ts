import type { KubeObject } from '#lab/api/objects/meta.ts'

export interface Service extends KubeObject {
  readonly spec: {
    readonly clusterIP?: string
    readonly clusterIPs?: readonly string[]
    readonly type?: string
    readonly externalTrafficPolicy?: string
    readonly internalTrafficPolicy?: string
    readonly healthCheckNodePort?: number
    readonly sessionAffinity?: string
    readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } }
    readonly loadBalancerSourceRanges?: readonly string[]
    readonly externalIPs?: readonly string[]
    readonly loadBalancerIP?: string
    readonly selector?: Readonly<Record<string, string>>
    readonly ports?: readonly {
      readonly name?: string
      readonly port: number
      readonly targetPort?: number | string
      readonly protocol?: string
      readonly nodePort?: number
    }[]
  }
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } }
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
