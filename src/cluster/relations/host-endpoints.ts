import type { RelationInfo } from '#cluster/relations/relation.ts'

export interface HostEndpointRow {
  readonly name: string
  readonly node?: string
  readonly interfaceName?: string
  readonly expectedIps: readonly string[]
  /** Rules of its own, for what no policy decides; without any it denies that. */
  readonly profiles?: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export const hostEndpointsInfo: RelationInfo<HostEndpointRow> = {
  key: (row) => row.name,
  command: () => 'kubectl get hostendpoints.crd.projectcalico.org -o yaml',
  permission: 'list hostendpoints.crd.projectcalico.org',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
