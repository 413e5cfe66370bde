/** Every RBAC object that the API server makes in an empty store: pkg/registry/rbac/rest/storage_rbac.go (PostStartHook). */
import { clusterRoles, type RoleDef } from '#lab/api/authorization/bootstrap/cluster-roles.ts'
import { controllerRoles } from '#lab/api/authorization/bootstrap/controller-roles.ts'
import { namespaceRoles } from '#lab/api/authorization/bootstrap/namespace-roles.ts'
import { shownRule } from '#lab/api/authorization/rules.ts'
import { freeze, type JsonObject } from '#lab/api/json.ts'

export interface RbacObject extends JsonObject {
  readonly apiVersion: string
  readonly kind: 'Role' | 'RoleBinding' | 'ClusterRole' | 'ClusterRoleBinding'
  readonly namespace?: string
  readonly metadata: JsonObject
}

const group = 'rbac.authorization.k8s.io'
const apiVersion = `${group}/v1`
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' }
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
const defaults = { annotations, labels }

/** Made once per process: labs share what they only read. */
export function bootstrapPolicy(): readonly RbacObject[] {
  made ??= freeze([...roles(), ...bindings(), ...inNamespaces()])
  return made
}
let made: readonly RbacObject[] | undefined

const roles = (): readonly RbacObject[] => [
  ...Object.entries(clusterRoles()).map(([name, def]) => clusterRole(name, def)),
  ...Object.entries(controllerRoles()).map(([account, rules]) =>
    clusterRole(`system:controller:${account}`, { rules }),
  ),
]

const aggregation = (to: string): Readonly<Record<string, string>> => ({
  [`${group}/aggregate-to-${to}`]: 'true',
})

function clusterRole(name: string, { rules, gathers, aggregatesTo }: RoleDef): RbacObject {
  const own = aggregatesTo === undefined ? labels : { ...labels, ...aggregation(aggregatesTo) }
  return {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name, annotations, labels: own },
    ...(gathers === undefined
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregation(gathers) }] } }),
    rules: rules === undefined ? null : rules.map(shownRule),
  }
}

const toGroup = (name: string): JsonObject => ({ apiGroup: group, kind: 'Group', name })
const toUser = (name: string): JsonObject => ({ apiGroup: group, kind: 'User', name })
const toAccount = (name: string): JsonObject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' })

const clusterSubjects: Readonly<Record<string, readonly JsonObject[]>> = {
  'cluster-admin': [toGroup('system:masters')],
  'system:monitoring': [toGroup('system:monitoring')],
  'system:discovery': [toGroup('system:authenticated')],
  'system:basic-user': [toGroup('system:authenticated')],
  'system:public-info-viewer': [toGroup('system:authenticated'), toGroup('system:unauthenticated')],
  'system:node-proxier': [toUser('system:kube-proxy')],
  'system:kube-controller-manager': [toUser('system:kube-controller-manager')],
  'system:kube-dns': [toAccount('kube-dns')],
  'system:kube-scheduler': [toUser('system:kube-scheduler')],
  'system:volume-scheduler': [toUser('system:kube-scheduler')],
  'system:node': [],
  'system:service-account-issuer-discovery': [toGroup('system:serviceaccounts')],
}

const bindings = (): readonly RbacObject[] => [
  ...Object.entries(clusterSubjects).map(([name, subjects]) => clusterBinding(name, subjects)),
  ...Object.keys(controllerRoles()).map((account) =>
    clusterBinding(`system:controller:${account}`, [toAccount(account)]),
  ),
]

const clusterBinding = (name: string, subjects: readonly JsonObject[]): RbacObject => ({
  apiVersion,
  kind: 'ClusterRoleBinding',
  metadata: { name, ...defaults },
  roleRef: { apiGroup: group, kind: 'ClusterRole', name },
  ...(subjects.length === 0 ? {} : { subjects }),
})

const inNamespaces = (): readonly RbacObject[] =>
  namespaceRoles().flatMap(({ namespace, name, rules, binding }): readonly RbacObject[] => [
    { apiVersion, kind: 'Role', namespace, metadata: { name, ...defaults }, rules: rules.map(shownRule) },
    ...(binding === undefined
      ? []
      : [
          {
            apiVersion,
            kind: 'RoleBinding' as const,
            namespace,
            metadata: { name: binding.name, ...defaults },
            roleRef: { apiGroup: group, kind: 'Role', name },
            subjects: [...(binding.users ?? []).map(toUser), ...(binding.accounts ?? []).map(toAccount)],
          },
        ]),
  ])
