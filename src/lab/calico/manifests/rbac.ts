import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { draft, namespace as kubeSystem } from '#lab/calico/manifests/draft.ts'
import type { Release } from '#lab/calico/release.ts'

const group = 'rbac.authorization.k8s.io'
const calico = 'crd.projectcalico.org'

interface RuleDef {
  readonly groups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly names?: readonly string[]
}

const rule = ({ groups, resources, verbs, names }: RuleDef) => ({
  apiGroups: groups,
  resources,
  verbs,
  ...(names ? { resourceNames: names } : {}),
})

const read = ['get', 'list', 'watch']
const crud = ['get', 'list', 'create', 'update', 'delete']

/** ClusterRole calico-node of projectcalico/calico:manifests/calico.yaml. */
const nodeRules = (release: Release): readonly RuleDef[] => [
  { groups: [''], resources: ['serviceaccounts/token'], names: [release.cniAccount], verbs: ['create'] },
  { groups: [''], resources: ['pods', 'nodes', 'namespaces'], verbs: ['get'] },
  { groups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['watch', 'list'] },
  { groups: [''], resources: ['endpoints', 'services'], verbs: ['watch', 'list', 'get'] },
  { groups: [''], resources: ['configmaps'], verbs: ['get'] },
  { groups: [''], resources: ['nodes/status'], verbs: ['patch', 'update'] },
  { groups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['watch', 'list'] },
  ...(release.adminPolicies.length > 0
    ? [{ groups: ['policy.networking.k8s.io'], resources: release.adminPolicies, verbs: ['watch', 'list'] }]
    : []),
  { groups: [''], resources: ['pods', 'namespaces', 'serviceaccounts'], verbs: ['list', 'watch'] },
  { groups: [''], resources: ['pods/status'], verbs: ['patch'] },
  {
    groups: [calico],
    resources: [
      'globalfelixconfigs',
      'felixconfigurations',
      'bgppeers',
      ...(release.hasBgpFilters ? ['bgpfilters'] : []),
      'globalbgpconfigs',
      'bgpconfigurations',
      'ippools',
      'ipreservations',
      'ipamblocks',
      'globalnetworkpolicies',
      'globalnetworksets',
      'networkpolicies',
      ...(release.hasStagedPolicies ? stagedPolicies : []),
      'networksets',
      'clusterinformations',
      'hostendpoints',
      'blockaffinities',
      'caliconodestatuses',
      ...(release.hasTiers ? ['tiers'] : []),
    ],
    verbs: read,
  },
  ...(release.hasTiers ? [{ groups: [calico], resources: ['tiers'], verbs: ['create'] }] : []),
  {
    groups: [calico],
    resources: ['ippools', 'felixconfigurations', 'clusterinformations'],
    verbs: ['create', 'update'],
  },
  { groups: [calico], resources: ['caliconodestatuses'], verbs: ['update'] },
  { groups: [''], resources: ['nodes'], verbs: read },
  { groups: [calico], resources: ['bgpconfigurations', 'bgppeers'], verbs: ['create', 'update'] },
  { groups: [calico], resources: ['blockaffinities', 'ipamblocks', 'ipamhandles'], verbs: crud },
  { groups: [calico], resources: ['ipamconfigs'], verbs: ['get', 'create'] },
  { groups: [calico], resources: ['blockaffinities'], verbs: ['watch'] },
  { groups: ['apps'], resources: ['daemonsets'], verbs: ['get'] },
]

const stagedPolicies = [
  'stagedglobalnetworkpolicies',
  'stagednetworkpolicies',
  'stagedkubernetesnetworkpolicies',
]

const cniRules: readonly RuleDef[] = [
  { groups: [''], resources: ['pods', 'nodes', 'namespaces'], verbs: ['get'] },
  { groups: [''], resources: ['pods/status'], verbs: ['patch'] },
  {
    groups: [calico],
    resources: [
      'blockaffinities',
      'ipamblocks',
      'ipamhandles',
      'clusterinformations',
      'ippools',
      'ipreservations',
      'ipamconfigs',
    ],
    verbs: crud,
  },
]

const controllerRules = (release: Release): readonly RuleDef[] => [
  { groups: [''], resources: ['nodes'], verbs: ['watch', 'list', 'get'] },
  { groups: [''], resources: ['pods'], verbs: read },
  ...(release.minor >= 31 ? [{ groups: [''], resources: ['namespaces'], verbs: read }] : []),
  ...(release.minor >= 30
    ? [
        {
          groups: [''],
          resources: ['services', 'services/status'],
          verbs: ['get', 'list', 'update', 'watch'],
        },
      ]
    : []),
  { groups: [calico], resources: ['ipreservations'], verbs: ['list'] },
  {
    groups: [calico],
    resources: [
      'blockaffinities',
      'ipamblocks',
      'ipamhandles',
      ...(release.minor >= 30 ? ['ipamconfigs'] : []),
      ...(release.hasTiers ? ['tiers'] : []),
    ],
    verbs: [...crud, 'watch'],
  },
  { groups: [calico], resources: ['ippools'], verbs: ['list', 'watch'] },
  {
    groups: [calico],
    resources: ['hostendpoints'],
    verbs:
      release.minor >= 30
        ? [...crud, 'watch']
        : release.minor >= 28
          ? crud
          : crud.filter((verb) => verb !== 'list'),
  },
  {
    groups: [calico],
    resources: ['clusterinformations', 'kubecontrollersconfigurations'],
    verbs: ['get', 'list', 'create', 'update', 'watch'],
  },
]

/** Service accounts, roles and bindings. */
export const rbac = (release: Release, namespace = kubeSystem): readonly Draft<KubeObject>[] => [
  ...account('calico-kube-controllers', withBoth(release, controllerRules(release)), namespace),
  ...account('calico-node', withBoth(release, nodeRules(release)), namespace),
  ...(release.cniAccount === 'calico-node'
    ? []
    : account('calico-cni-plugin', withBoth(release, cniRules), namespace)),
]

/** Of 3.32 on, whose resources may be served by either group. */
const withBoth = ({ bothGroups }: Release, rules: readonly RuleDef[]): readonly RuleDef[] =>
  bothGroups
    ? rules.map((each) =>
        each.groups.includes(calico) ? { ...each, groups: ['projectcalico.org', calico] } : each,
      )
    : rules

/** An account of its own for Typha, which reads whatever calico-node may. */
export const typhaRbac = (release: Release, namespace: string): readonly Draft<KubeObject>[] =>
  account(
    'calico-typha',
    withBoth(release, nodeRules(release)).filter(
      ({ resources }) => !resources.includes('serviceaccounts/token'),
    ),
    namespace,
  )

const account = (
  name: string,
  rules: readonly RuleDef[],
  namespace: string,
): readonly Draft<KubeObject>[] => [
  draft('v1', 'ServiceAccount', { name, namespace }),
  draft(`${group}/v1`, 'ClusterRole', { name }, { rules: rules.map(rule) }),
  draft(
    `${group}/v1`,
    'ClusterRoleBinding',
    { name },
    {
      roleRef: { apiGroup: group, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ),
]
