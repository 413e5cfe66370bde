import type { RelationInfo } from '#cluster/relations/relation.ts'

export interface DaemonSetRow {
  readonly namespace: string
  readonly name: string
  readonly desired?: number
  readonly current?: number
  readonly ready?: number
  readonly available?: number
}

export const daemonSetsInfo: RelationInfo<DaemonSetRow> = {
  key: (row) => `${row.namespace}/${row.name}`,
  command: () => 'kubectl get daemonsets -A',
  permission: 'list daemonsets.apps',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
