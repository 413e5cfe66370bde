/** Whether a kind, or a version of kinds, is Calico's or its operator's: `IPPools.crd.projectcalico.org`, `operator.tigera.io/v1`. */
export const isCalicoKind = (name: string): boolean =>
  groups.some((group) => name.toLowerCase().includes(group))

const groups = ['projectcalico.org', 'tigera.io', 'io.tigera.', 'org.projectcalico.']

/** Whether this object is one that Calico's manifest makes. */
export const isCalicoWorkload = (kind: string | undefined, name: string | undefined): boolean =>
  workloads.has((kind ?? '').split('.')[0] ?? '') && /^(?:calico|canal|tigera)-/.test(name ?? '')

const workloads: ReadonlySet<string> = new Set([
  'DaemonSet',
  'Deployment',
  'PodDisruptionBudget',
  'ServiceAccount',
  'ClusterRole',
])

/**
 * Whether Kubernetes has stopped serving this: a kind with its old version, or a resource as an old client asks for it.
 *
 * @see kubernetes/website:content/en/docs/reference/using-api/deprecation-guide.md
 */
export function wasRemoved(name: string): boolean {
  const [kind = '', version = ''] = name.split(' ')
  return removed.has(`${kind} ${version}`)
}

const removed: ReadonlySet<string> = new Set([
  'CustomResourceDefinition apiextensions.k8s.io/v1beta1', // 1.22
  'ClusterRole rbac.authorization.k8s.io/v1beta1', // 1.22
  'ClusterRoleBinding rbac.authorization.k8s.io/v1beta1', // 1.22
  'Role rbac.authorization.k8s.io/v1beta1', // 1.22
  'RoleBinding rbac.authorization.k8s.io/v1beta1', // 1.22
  'APIService apiregistration.k8s.io/v1beta1', // 1.22
  'PodDisruptionBudget policy/v1beta1', // 1.25
  'PodSecurityPolicy policy/v1beta1', // 1.25
  'EndpointSlice discovery.k8s.io/v1beta1', // 1.25
  'CronJob batch/v1beta1', // 1.25
  'DaemonSet extensions/v1beta1', // 1.16
  'Deployment extensions/v1beta1', // 1.16
  'NetworkPolicy extensions/v1beta1', // 1.16
  'DaemonSet apps/v1beta2', // 1.16
  'Deployment apps/v1beta2', // 1.16
  'Deployment apps/v1beta1', // 1.16
])
