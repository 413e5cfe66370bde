/** The roles that people are given in a namespace, and the parts that they gather: bootstrappolicy/policy.go of 1.31. */
import type { RoleDef } from '#lab/api/authorization/bootstrap/cluster-roles.ts'
import { read, rule, write } from '#lab/api/authorization/bootstrap/rule-words.ts'

const podDoors = 'pods/attach pods/proxy pods/exec pods/portforward'
const controllers = 'replicationcontrollers replicationcontrollers/scale'
const scaled = 'deployments deployments/scale replicasets replicasets/scale'

/** `admin`, `edit`, `view` and `system:aggregate-to-…`. */
export const userRoles = (): Readonly<Record<string, RoleDef>> => ({
  admin: { gathers: 'admin' },
  edit: { gathers: 'edit', aggregatesTo: 'admin' },
  view: { gathers: 'view', aggregatesTo: 'edit' },
  'system:aggregate-to-admin': {
    aggregatesTo: 'admin',
    rules: [
      rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
      rule(`${read} ${write}`, 'rbac.authorization.k8s.io', 'roles rolebindings'),
    ],
  },
  'system:aggregate-to-edit': {
    aggregatesTo: 'edit',
    rules: [
      rule(read, 'core', `${podDoors} secrets services/proxy`),
      rule('impersonate', 'core', 'serviceaccounts'),
      rule(write, 'core', `pods ${podDoors}`),
      rule('create', 'core', 'pods/eviction'),
      rule(
        write,
        'core',
        `${controllers} serviceaccounts services services/proxy persistentvolumeclaims configmaps secrets events`,
      ),
      rule('create', 'core', 'serviceaccounts/token'),
      rule(write, 'apps', `statefulsets statefulsets/scale daemonsets deployments/rollback ${scaled}`),
      rule(write, 'autoscaling', 'horizontalpodautoscalers'),
      rule(write, 'batch', 'jobs cronjobs'),
      rule(
        write,
        'extensions',
        `daemonsets deployments/rollback ingresses networkpolicies replicationcontrollers/scale ${scaled}`,
      ),
      rule(write, 'policy', 'poddisruptionbudgets'),
      rule(write, 'networking.k8s.io', 'networkpolicies ingresses'),
      rule(`${read} ${write}`, 'coordination.k8s.io', 'leases'),
    ],
  },
  'system:aggregate-to-view': { aggregatesTo: 'view', rules: viewRules() },
})

const viewRules = () => [
  rule(
    read,
    'core',
    `pods ${controllers} serviceaccounts services services/status endpoints persistentvolumeclaims persistentvolumeclaims/status configmaps`,
  ),
  rule(
    read,
    'core',
    'limitranges resourcequotas bindings events pods/status resourcequotas/status namespaces/status replicationcontrollers/status pods/log',
  ),
  rule(read, 'core', 'namespaces'),
  rule(read, 'discovery.k8s.io', 'endpointslices'),
  rule(
    read,
    'apps',
    `controllerrevisions statefulsets statefulsets/status statefulsets/scale daemonsets daemonsets/status deployments/status replicasets/status ${scaled}`,
  ),
  rule(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  rule(read, 'batch', 'jobs cronjobs cronjobs/status jobs/status'),
  rule(
    read,
    'extensions',
    `daemonsets daemonsets/status deployments/status ingresses ingresses/status replicasets/status replicationcontrollers/scale networkpolicies ${scaled}`,
  ),
  rule(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  rule(read, 'networking.k8s.io', 'networkpolicies ingresses ingresses/status'),
]
