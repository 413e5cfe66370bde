import type { RelationInfo } from '#cluster/relations/relation.ts'

/** An aggregated API and whether the API server can use it. */
export interface ApiServiceRow {
  readonly name: string // v3.projectcalico.org
  readonly service?: string // namespace/name; undefined for the API server's own
  readonly available: boolean
  readonly reason?: string // FailedDiscoveryCheck, MissingEndpoints, ServiceNotFound
  readonly message?: string
}

export const apiServicesInfo: RelationInfo<ApiServiceRow> = {
  key: (row) => row.name,
  command: () => 'kubectl get apiservices',
  permission: 'list apiservices.apiregistration.k8s.io',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
