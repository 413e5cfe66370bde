import type { RelationInfo } from '#cluster/relations/relation.ts'

/** That a Secret is there, by name. Nothing of what it holds is ever read. */
export interface SecretRow {
  readonly namespace: string
  readonly name: string
  /** false where a server or a program said that there is none of this name. */
  readonly exists: boolean
}

export const secretsInfo: RelationInfo<SecretRow> = {
  key: (row) => `${row.namespace}/${row.name}`,
  command: ({ namespace }) => `kubectl get secrets -n ${namespace ?? 'kube-system'} -o name`,
  permission: 'list secrets (metadata only)',
  tier: 'api',
  cost: 2,
  carriesSymptoms: false,
}
