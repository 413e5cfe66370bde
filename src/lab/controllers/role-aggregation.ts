/**
 * Rules of ClusterRoles that gather those of others by label:
 * kubernetes/kubernetes:pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
 */
import type { LabelSelector, Role } from '#lab/api/objects.ts'
import type { ResourceType } from '#lab/api/ports.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'

interface ClusterRole extends Role {
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] }
}

const clusterRoles: ResourceType = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource: 'clusterroles',
}

/** Looks at every gathering role whenever any role changes, as the real one does. */
export function startRoleAggregation(kit: ControllerKit): void {
  const roles = kit.cache<ClusterRole>(clusterRoles, () => {
    for (const { aggregationRule, metadata } of roles.list())
      if (aggregationRule !== undefined) queue.add(metadata.name)
  })
  const queue = kit.controller('clusterroleaggregation_controller', [roles], async (name, kube) => {
    const role = roles.get(name)
    if (role?.aggregationRule === undefined) return
    const rules = gathered(role, roles.list())
    if (JSON.stringify(rules) === JSON.stringify(role.rules ?? [])) return
    const body = { apiVersion: `${clusterRoles.group}/v1`, kind: 'ClusterRole', metadata: { name }, rules }
    await kube.patch(
      { type: clusterRoles, name },
      { type: 'apply', body },
      { fieldManager: 'clusterrole-aggregation-controller' },
    )
  })
}

/** Rules of the selected roles, by the roles' names, each rule once. */
function gathered(
  { aggregationRule, metadata }: ClusterRole,
  all: readonly ClusterRole[],
): readonly unknown[] {
  const found = new Map<string, unknown>()
  const selectors = (aggregationRule?.clusterRoleSelectors ?? []).map(selectorTest)
  const chosen = selectors.flatMap((selects) =>
    all
      .filter((each) => each.metadata.name !== metadata.name && selects(each.metadata.labels))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
  )
  for (const { rules } of chosen) for (const rule of rules ?? []) found.set(JSON.stringify(rule), rule)
  return [...found.values()]
}
