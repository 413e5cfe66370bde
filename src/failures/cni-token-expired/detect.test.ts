import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/cni-token-expired/index.ts'
import { node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const refused = 'error getting ClusterInformation: connection is unauthorized: Unauthorized'
const sandbox = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": plugin type="calico" failed (add): ${refused}`
const pods = (ready: string) => `NAME                READY   STATUS    RESTARTS   AGE
calico-node-k2j4h   ${ready}     Running   0          41d
calico-node-z7w9d   1/1     Running   0          41d
`
const log = '2025-03-04 05:06:07.890 [WARNING][9] startup/startup.go 470: '

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['in an event, nothing else known', sandbox, 'likely'],
    ['in an event, while every calico-node is ready', `${pods('1/1')}\n${sandbox}`, 'confirmed'],
    [
      'when a pod is taken down',
      `error killing pod: failed to "KillPodSandbox" for "u-1" with KillPodSandboxError: "rpc error: code = Unknown desc = failed to destroy network for sandbox \\"77aa\\": plugin type=\\"calico\\" failed (delete): ${refused}"`,
      'likely',
    ],
    [
      'through multus, which names no reason',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": plugin type="multus" name="multus-cni-network" failed (add): [shop/cart-0:k8s-pod-network]: error adding container to network "k8s-pod-network": Unauthorized',
      'likely',
    ],
    [
      'kubelet with Docker',
      `NetworkPlugin cni failed to set up pod "cart-0_shop" network: ${refused}`,
      'likely',
    ],
    [
      'CALICO_MANAGE_CNI is false',
      `${sandbox}\n\n        env:\n        - name: CALICO_MANAGE_CNI\n          value: "false"\n        - name: NODENAME\n          value: w1\n`,
      'confirmed',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'calico-node alone is refused',
      `${log}Connection to the datastore is unauthorized error=connection is unauthorized: Unauthorized`,
    ],
    [
      'a right is missing, which reads alike',
      'error getting ClusterInformation: connection is unauthorized: clusterinformations.crd.projectcalico.org "default" is forbidden: User "system:serviceaccount:kube-system:calico-cni-plugin" cannot get resource "clusterinformations" in API group "crd.projectcalico.org" at the cluster scope',
    ],
    [
      'a proxy answers',
      'error getting ClusterInformation: Get "https://10.97.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": Forbidden',
    ],
    [
      'the registry refuses',
      'Failed to pull image "registry.example/app": failed to authorize: 401 Unauthorized',
    ],
    [
      'the token is renewed in time',
      '2025-03-04 05:06:07.890 [INFO][81] cni-config-monitor/token_watch.go 281: Wrote updated CNI kubeconfig file. path="/host/etc/cni/net.d/calico-kubeconfig"',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('calico-node is refused as well: not the plugin’s kubeconfig alone', () => {
    const text = `${sandbox}\n\n${log}Connection to the datastore is unauthorized error=connection is unauthorized: Unauthorized`
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('calico-node is not ready: what is wrong with it may be the cause', () => {
    expect(foundIn(`${pods('0/1')}\n${sandbox}`, mode)).toBe('likely')
  })
})

describe('by node', () => {
  const events: Table['events'] = [
    {
      about: { kind: 'Pod', namespace: 'shop', name: 'cart-0' },
      type: 'Warning',
      reason: 'FailedCreatePodSandBox',
      message: sandbox,
      node: 'w1',
      count: 4,
    },
  ]
  const message = { message: { id: 'cni/unauthorized', params: {} }, node: 'w1', count: 4 }
  const pod = (ready: boolean) => ({
    namespace: 'kube-system',
    name: 'calico-node-k2j4h',
    node: 'w1',
    component: 'calico-node' as const,
    ready,
    containers: [],
  })
  test.each<[string, Table, string | undefined]>([
    ['its calico-node is ready', { events, messages: [message], pods: [pod(true)] }, 'confirmed'],
    ['its calico-node is not', { events, messages: [message], pods: [pod(false)] }, 'likely'],
    [
      'a new calico-node cured it',
      { events, messages: [message], attempts: [{ act: 'delete-calico-pod', outcome: 'cured' }] },
      'likely',
    ],
    ['the plugin said nothing', { pods: [pod(true)] }, undefined],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})

test('where nobody gets as far as the API server’s answer, a node is not called clear', () => {
  const seen = (id: string) =>
    diagnose(
      factsOf(
        {
          nodes: [node('w1')],
          messages: [{ message: { id, params: {} }, node: 'w1', container: 'calico-node', count: 4 }],
        },
        { complete: ['nodes', 'messages', 'pods'] },
      ),
      [mode],
    ).unknown
  expect(seen('tls/wrong-name')).toHaveLength(1)
  expect(seen('api/forbidden')).toEqual([])
})
