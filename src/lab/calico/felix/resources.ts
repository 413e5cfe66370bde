/** What Felix watches, beyond the kinds that others of the lab name too. */
import type { KubeObject } from '#lab/api/objects.ts'
import type { ResourceType } from '#lab/api/ports.ts'

const calico = (resource: string): ResourceType => ({
  group: 'crd.projectcalico.org',
  version: 'v1',
  resource,
})
const core = (resource: string): ResourceType => ({ group: '', version: 'v1', resource })

export const felixResources = {
  kubePolicies: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
  calicoPolicies: calico('networkpolicies'),
  globalPolicies: calico('globalnetworkpolicies'),
  tiers: calico('tiers'),
  hostEndpoints: calico('hostendpoints'),
  networkSets: calico('networksets'),
  globalNetworkSets: calico('globalnetworksets'),
  namespaces: core('namespaces'),
  serviceAccounts: core('serviceaccounts'),
} as const satisfies Readonly<Record<string, ResourceType>>

export interface TierObject extends KubeObject {
  readonly spec: { readonly order?: number; readonly defaultAction?: string }
}

export interface NetworkSet extends KubeObject {
  readonly spec: { readonly nets?: readonly string[] }
}

export interface HostEndpoint extends KubeObject {
  readonly spec: {
    readonly node: string
    readonly interfaceName?: string
    readonly expectedIPs?: readonly string[]
    readonly profiles?: readonly string[]
    readonly ports?: readonly {
      readonly name: string
      readonly protocol: string | number
      readonly port: number
    }[]
  }
}

/**
 * A Calico resource's labels: those that v3 clients wrote are kept in an annotation, since the name space of the custom
 * resource's own is Kubernetes' (libcalico-go/lib/backend/k8s/resources/resources.go).
 */
export function labelsOf({ metadata }: KubeObject): Readonly<Record<string, string>> {
  const kept = metadata.annotations?.['projectcalico.org/metadata']
  if (kept === undefined) return metadata.labels ?? {}
  try {
    const { labels = {} } = JSON.parse(kept) as { readonly labels?: Readonly<Record<string, string>> } // as Calico wrote it
    return { ...metadata.labels, ...labels }
  } catch {
    return metadata.labels ?? {}
  }
}
