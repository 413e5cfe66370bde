import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A Role or ClusterRole: what it allows. */
export interface RoleRow {
  readonly kind: 'Role' | 'ClusterRole'
  readonly namespace?: string
  readonly name: string
  readonly rules: readonly {
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly verbs: readonly string[]
    readonly resourceNames?: readonly string[]
  }[]
}

export const rolesInfo: RelationInfo<RoleRow> = {
  key: (row) => `${row.kind}/${row.namespace ?? ''}/${row.name}`,
  command: ({ namespace }) =>
    `kubectl get clusterrole calico-node -o yaml; kubectl get roles,rolebindings -n ${namespace ?? 'kube-system'}`,
  permission: 'list clusterroles.rbac.authorization.k8s.io',
  tier: 'api',
  cost: 1,
  carriesSymptoms: false,
}
