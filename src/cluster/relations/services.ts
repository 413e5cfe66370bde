import type { RelationInfo } from '#cluster/relations/relation.ts'

export interface ServiceRow {
  readonly namespace: string
  readonly name: string
  readonly clusterIp?: string
  readonly type?: string // ClusterIP, NodePort, LoadBalancer
  readonly ports?: readonly string[] // as printed: 5473/TCP
}

export const servicesInfo: RelationInfo<ServiceRow> = {
  key: (row) => `${row.namespace}/${row.name}`,
  command: () => 'kubectl get services -A',
  permission: 'list services',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
