import { describe, expect, test } from 'vitest'
import type { NodeRow } from '#cluster/relations.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/datastore-unreachable/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const at = '2025-03-04 05:06:07.890'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'kubectl is refused',
      'The connection to the server 10.3.0.2:6443 was refused - did you specify the right host or port?',
      'likely',
    ],
    [
      'kubectl gets no answer',
      'Unable to connect to the server: dial tcp 10.3.0.2:6443: i/o timeout',
      'likely',
    ],
    [
      'ten minutes without',
      `${at} [ERROR][77] felix/watchercache.go 150: Connection to datastore has failed - signaling error to client`,
      'likely',
    ],
    [
      'the Service address refuses: nobody stands behind it',
      `${at} [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://10.97.0.1:443/api/v1/nodes/w1": dial tcp 10.97.0.1:443: connect: connection refused`,
      'likely',
    ],
    [
      'the API server’s pod does not run',
      `kube-apiserver-m1   0/1   CrashLoopBackOff   40   9d\n\n${at} [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://10.97.0.1:443/api/v1/nodes/w1": dial tcp 10.97.0.1:443: i/o timeout`,
      'confirmed',
    ],
    [
      'the proxy of a node has no server left',
      "[ALERT]    (1) : backend 'k8sbackend' has no server available!",
      'likely',
    ],
    [
      'etcd has no leader',
      'etcdserver: no leader\netcd member https://10.3.0.2:2379 has no leader',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'kubectl does not trust it',
      'Unable to connect to the server: x509: certificate signed by unknown authority',
    ],
    [
      'Typha refuses',
      `${at} [ERROR][77] felix/sync_client.go 300: Failed to connect to typha endpoint 10.0.0.5:5473. error=dial tcp 10.0.0.5:5473: connect: connection refused`,
    ],
    [
      'the aggregated API does not answer',
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get ippools.projectcalico.org)',
    ],
    [
      'Calico’s own API server does not run',
      'calico-apiserver-5d6f7-k2j4h   0/1   CrashLoopBackOff   40   9d',
    ],
    [
      'a proxy in front of an application has no server left',
      "[ALERT]    (1) : backend 'webshop' has no server available!",
    ],
    [
      'the proxy of a node runs on its backup',
      '[WARNING]  (1) : Server k8sbackend/master0 is DOWN, reason: Layer4 timeout, check duration: 2000ms. 0 active and 1 backup servers left. Running on backup. 3 sessions active, 0 requeued, 0 remaining in queue.',
    ],
    [
      'a health check is refused',
      'Readiness probe failed: Get "http://localhost:9099/readiness": dial tcp 127.0.0.1:9099: connect: connection refused',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

const nodes = ['w1', 'w2', 'w3', 'w4']
const retry = (node: string, minutes = 1) => ({
  message: {
    id: 'startup/datastore-retry',
    params: {},
    inner: [{ id: 'dial/timeout', params: { address: '10.97.0.1', port: '443' } }],
  },
  node,
  count: 9,
  atMs: ago(minutes),
})
const without = (node: string) => ({
  message: { id: 'haproxy/no-server', params: { backend: 'k8sbackend' }, inner: [] },
  node,
  count: 1,
  atMs: ago(1),
})
const pods = (well: readonly string[]) =>
  nodes.map((node) => ({
    namespace: 'kube-system',
    name: `calico-node-${node}`,
    node,
    component: 'calico-node' as const,
    ready: well.includes(node),
    containers: [],
  }))

const heard = (name: string, isHeard: boolean): NodeRow => ({
  name,
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: [
    isHeard
      ? { type: 'Ready', status: 'True' }
      : { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' },
  ],
})

const inVpc = (node: NodeRow): NodeRow => ({
  ...node,
  labels: { 'ibm-cloud.kubernetes.io/iaas-provider': 'g2' },
})

describe('how far it has spread', () => {
  test.each<[string, Table, string | undefined]>([
    ['all nodes at one time', { pods: pods([]), messages: nodes.map((node) => retry(node)) }, 'confirmed'],
    [
      'most nodes',
      { pods: pods(['w4']), messages: nodes.slice(0, 3).map((node) => retry(node)) },
      'confirmed',
    ],
    [
      'one node, the others are ready',
      { pods: pods(['w2', 'w3', 'w4']), messages: [retry('w1')] },
      undefined,
    ],
    [
      'most kubelets are not heard of, and no log can be read',
      { nodes: nodes.map((name) => heard(name, name === 'w4')) },
      'likely',
    ],
    [
      'most kubelets are not heard of, and their proxies say that no way is left',
      {
        nodes: nodes.map((name) => heard(name, name === 'w4')),
        messages: nodes.slice(0, 3).map((node) => without(node)),
      },
      'confirmed',
    ],
    [
      'all nodes of a VPC whose endpoint gateway nobody looked at: whoever reads the cluster has its answer',
      {
        nodes: nodes.map((name) => inVpc(heard(name, true))),
        pods: pods([]),
        messages: nodes.map((node) => retry(node)),
      },
      'possible',
    ],
    [
      'all kubelets of a VPC, of which its API server tells itself',
      { nodes: nodes.map((name) => inVpc(heard(name, false))) },
      undefined,
    ],
    [
      'the same in a VPC: its endpoint gateway may be the reason',
      { nodes: nodes.map((name) => inVpc(heard(name, false))), messages: nodes.map((node) => without(node)) },
      'likely',
    ],
    [
      'the same in a VPC whose endpoint gateway is faulted: the master may be well',
      {
        nodes: nodes.map((name) => inVpc(heard(name, false))),
        messages: nodes.map((node) => without(node)),
        endpointGateways: [{ name: 'iks-c0ffee', health: 'faulted' }],
      },
      undefined,
    ],
    [
      'half of the kubelets are not heard of',
      { nodes: nodes.map((name) => heard(name, name > 'w2')) },
      undefined,
    ],
    [
      'all nodes, and it is over',
      { pods: pods(nodes), messages: nodes.map((node) => retry(node, 90)) },
      undefined,
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })

  test('what somebody shows of a VPC may be of a time when its API server answered nobody', () => {
    const facts = factsOf({
      nodes: nodes.map((name) => inVpc(heard(name, true))),
      pods: pods([]),
      messages: nodes.map((node) => retry(node)),
    })
    expect(diagnose({ ...facts, isComplaint: true }, [mode]).causes[0]?.confidence).toBe('likely')
  })
})
