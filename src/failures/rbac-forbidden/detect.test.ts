import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/rbac-forbidden/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const account = 'system:serviceaccount:calico-system:calico-node'
const refusal = (resource: string, verb = 'watch', user = account) =>
  `${resource}.discovery.k8s.io is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "discovery.k8s.io" at the cluster scope`
const felix = '2025-03-04 05:06:07.890 [INFO][77] felix/watchercache.go 188: '
const installer = '2025-03-04 05:06:07.890 [ERROR][1] cni-installer/token_watch.go 108: '

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'Felix’s list is refused',
      `${felix}Failed to perform list of current data during resync ListRoot="/calico/resources/v3/x" error=connection is unauthorized: ${refusal('endpointslices', 'list')}`,
      'confirmed',
    ],
    [
      'the refusal was cut before the user',
      `${felix}Failed to perform list of current data during resync ListRoot="/calico/resources/v3/x" error=connection is unauthorized: bgpfilters.crd.projectcalico.org is forbidden`,
      'confirmed',
    ],
    [
      'the installer may not make a token, as the log was cut',
      `${installer}Unable to create token for CNI kubeconfig error=serviceaccounts "calico-cni-plugin" is forbidden`,
      'confirmed',
    ],
    [
      'the role is gone',
      `${installer}Unable to create token for CNI kubeconfig error=serviceaccounts "calico-cni-plugin" is forbidden: User "${account}" cannot create resource "serviceaccounts/token" in API group "" in the namespace "calico-system": RBAC: clusterrole.rbac.authorization.k8s.io "calico-node" not found`,
      'confirmed',
    ],
    [
      'in the words of Kubernetes before 1.12',
      `E0304 05:06:07.890123 1 reflector.go:205] Failed to list *v1.Node: nodes is forbidden: User "${account}" cannot list nodes at the cluster scope`,
      'confirmed',
    ],
    [
      'a plugin that asks with the node’s account',
      'Failed to create pod sandbox: NetworkPlugin cni failed to set up pod "web-0_shop" network: namespaces "shop" is forbidden: User "system:node:alpha" cannot get namespaces in the namespace "shop"',
      'likely',
    ],
    [
      'the CNI plugin, in a pod’s event',
      `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "ab12": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: clusterinformations.crd.projectcalico.org "default" is forbidden: User "system:serviceaccount:kube-system:calico-cni-plugin" cannot get resource "clusterinformations" in API group "crd.projectcalico.org" at the cluster scope`,
      'confirmed',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

test('somebody says which right is missing', () => {
  expect(
    foundIn(
      'The ClusterRole was missing list permissions for ipreservations after we changed the image.',
      mode,
    ),
  ).toBe('likely')
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'another program’s account',
      'E0304 05:06:07.890123 1 reflector.go:126] Failed to list *v1.Node: nodes is forbidden: User "system:serviceaccount:shop:indexer" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'the token is refused, not a right',
      `${installer}Unable to create token for CNI kubeconfig error=Unauthorized`,
    ],
    [
      'a proxy forbids, and names no user',
      'error getting ClusterInformation: Get "https://10.97.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": Forbidden',
    ],
    ['another program’s account', refusal('endpointslices', 'list', 'system:serviceaccount:shop:cart')],
    [
      'admission forbids a pod',
      'Error creating: pods "calico-node-" is forbidden: unable to validate against any pod security policy: []',
    ],
    [
      'nobody says why the token was not made, and the API server is far',
      `${installer}Unable to create token for CNI kubeconfig error=Post "https://10.97.0.1:443/api/v1/x": dial tcp 10.97.0.1:443: i/o timeout`,
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('without the user and verb, a refusal of a secret is no more than a hint', () => {
    expect(foundIn(refusal('secrets', 'list'), mode)).not.toBe('confirmed')
  })
})

const role = (resources: readonly string[]): NonNullable<Table['roles']> => [
  {
    kind: 'ClusterRole',
    name: 'calico-node',
    rules: [
      { apiGroups: ['crd.projectcalico.org'], resources, verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['*'] },
      { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
    ],
  },
]
const notReady: Table = {
  pods: [
    {
      namespace: 'kube-system',
      name: 'calico-node-k2j4h',
      component: 'calico-node',
      node: 'w1',
      ready: false,
      containers: [],
    },
  ],
}
const old = ['ipreservations', 'caliconodestatuses']

describe('the role itself', () => {
  test.each<[string, Table, string | undefined]>([
    [
      'lacks what the running version needs',
      { ...notReady, roles: role(old), versions: [{ of: 'calico/node', version: 'v3.27.2' }] },
      'likely',
    ],
    [
      'was mended by the whole manifest',
      { ...notReady, attempts: [{ act: 'apply-manifest', outcome: 'cured' }] },
      'likely',
    ],
    [
      'lacks what only a later version needs',
      { ...notReady, roles: role(old), versions: [{ of: 'calico/node', version: 'v3.24.5' }] },
      undefined,
    ],
    [
      'has it all',
      {
        ...notReady,
        roles: role([...old, 'bgpfilters', 'tiers']),
        versions: [{ of: 'calico/node', version: 'v3.30.0' }],
      },
      undefined,
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
