import type { RelationInfo } from '#cluster/relations/relation.ts'

/** Who stands behind a Service (Endpoints, EndpointSlices), or what a data plane believes of it. */
export interface EndpointsRow {
  readonly namespace: string // '' where a table of one namespace does not print it
  readonly name: string // of the Service
  readonly addresses: readonly string[] // ready ones, as printed: 10.0.0.21:5473
  readonly notReady?: readonly string[]
  /** Who was asked: the API, or a data plane's own map (eBPF service map, IPVS, KUBE-SVC chains) on a node. */
  readonly seenBy: 'api' | 'dataplane'
  readonly node?: string
}

export const endpointsInfo: RelationInfo<EndpointsRow> = {
  key: (row) => [row.seenBy, row.node ?? '', row.namespace, row.name].join('|'),
  command: ({ namespace }) =>
    `kubectl get endpoints -n ${namespace ?? 'kube-system'} calico-typha; kubectl get endpoints -n default kubernetes`,
  permission: 'list endpoints',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
