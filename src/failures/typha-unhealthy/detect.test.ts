import { describe, expect, test } from 'vitest'
import type { ConditionRow, NodeRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/typha-unhealthy/index.ts'

const felix = '2025-03-04 05:06:07.890 [ERROR][77] felix/discovery.go 173: '
const confd = '2025-03-04 05:06:07.890 [FATAL][60] confd/startsyncerclient.go 48: '
const refused = `${confd}Failed to connect to Typha error=dial tcp 10.97.4.4:5473: connect: connection refused`
const timeout = `${confd}Failed to connect to Typha error=dial tcp 10.3.0.7:5473: i/o timeout`
const none = `NAME           ENDPOINTS   AGE\ncalico-typha   <none>      9d\n`
const pods = (...states: readonly string[]) =>
  [
    'NAMESPACE       NAME                            READY   STATUS             RESTARTS   AGE',
    ...states.map((state, at) => `calico-system   calico-typha-6c5b7d9f44-k2j4${at}   ${state}   0   9d`),
  ].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['it hangs, as somebody says', 'Typha hangs, and nothing new comes to calico-node.', 'likely'],
    [
      'it ends again and again, as somebody says',
      'The typha pods keep restarting since the upgrade.',
      'likely',
    ],
    [
      'the Service does not exist',
      `${felix}Unable to get Typha service endpoints from Kubernetes. error=endpoints "calico-typha" not found`,
      'confirmed',
    ],
    [
      'a chart names another Service',
      `${felix}Unable to get service endpoints from Kubernetes. error=endpoints "net-typha" not found`,
      'confirmed',
    ],
    [
      'discovery failed, in a newer release',
      `${confd}Typha discovery enabled but discovery failed. error=Kubernetes service missing IP or port`,
      'confirmed',
    ],
    ['none is ready', `${felix}Didn't find any ready Typha instances.`, 'confirmed'],
    ['refused, and nobody stands behind the Service', `${refused}\n\n${none}`, 'confirmed'],
    [
      'refused, and all of its pods wait',
      `${refused}\n\n${pods('0/1     Pending', '0/1     CrashLoopBackOff')}`,
      'confirmed',
    ],
    ['the operator misses the Deployment', 'Deployment "calico-system/calico-typha" not found', 'confirmed'],
    ['refused alone: a host answers', refused, 'likely'],
    ['an empty Service alone', none, 'likely'],
    [
      'the operator waits for it',
      'Deployment "calico-system/calico-typha" is not available (awaiting 2 replicas)',
      'likely',
    ],
    [
      'a new pod of Typha cured it',
      'Felix had no updates any more. We deleted the calico-typha pod and it works again.',
      'likely',
    ],
    ['a time-out may be the network as well', timeout, 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('neither Typha nor calico-node can be first: the taint of calico-node’s own shutdown', () => {
    const described = `Name:             calico-typha-6c5b7d9f44-k2j4h
Namespace:        kube-system
Priority:         2000000000
Node:             <none>
Labels:           k8s-app=calico-typha
Status:           Pending
IP:
Events:
  Type     Reason            Age   From               Message
  ----     ------            ----  ----               -------
  Warning  FailedScheduling  2m    default-scheduler  0/3 nodes are available: 3 node(s) had untolerated taint {node.kubernetes.io/network-unavailable: }. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.
`
    expect(foundIn(described, mode)).toBe('confirmed')
    expect(foundIn(described.replaceAll('network-unavailable', 'disk-pressure'), mode)).toBe('likely')
  })
})

describe('near misses', () => {
  test.each<[string, string, Verdict]>([
    [
      'discovery is forbidden: a right is missing',
      `${felix}Unable to get Typha service endpoints from Kubernetes. error=endpoints "calico-typha" is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot get resource "endpoints" in API group "" in the namespace "kube-system"`,
      'not found',
    ],
    [
      'discovery does not reach the API server',
      `${felix}Unable to get Typha service endpoints from Kubernetes. error=Get "https://10.97.0.1:443/api/v1/namespaces/kube-system/endpoints/calico-typha": dial tcp 10.97.0.1:443: i/o timeout`,
      'not found',
    ],
    [
      'its certificate is refused',
      '2025-03-04 05:06:07.890 [WARNING][60] confd/sync_client.go 158: error connecting to typha endpoint (1 of 1) 10.3.0.7:5473 connID=0x0 error=x509: certificate signed by unknown authority type="bgp"',
      'not found',
    ],
    [
      'one of three waits for a node, two are ready',
      pods('1/1     Running', '1/1     Running', '0/1     Pending'),
      'not found',
    ],
    ['another Service has no endpoints', none.replace('calico-typha', 'web'), 'not found'],
    [
      'another Deployment is not available',
      'Deployment "calico-system/calico-kube-controllers" is not available (awaiting 1 replicas)',
      'not found',
    ],
    ['a time-out while every Typha is ready', `${timeout}\n\n${pods('1/1     Running')}`, 'not found'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('a Typha that is reached later is over', () => {
    const later = refused
      .replace('05:06:07', '05:07:07')
      .replace(/Failed.*/, 'Connected to Typha on attempt 3 address="10.97.4.4:5473"')
    expect(foundIn(`${refused}\n${later}`, mode)).toBe('not found')
  })
})

const node = (name: string, ready: Partial<ConditionRow>): NodeRow => ({
  name,
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: [{ type: 'Ready', status: 'True', ...ready }],
})

describe('by facts', () => {
  const lost = (id: string) => ({
    message: {
      id: 'confd/typha-lost',
      params: {},
      inner: [{ id, params: { address: '10.97.4.4', port: '5473' } }],
    },
    node: 'w1',
    count: 3,
  })
  const behind = (...addresses: readonly string[]) => [
    { namespace: 'calico-system', name: 'calico-typha', addresses, seenBy: 'api' as const },
  ]
  test.each<[string, Table, string | undefined]>([
    ['refused, empty Service', { messages: [lost('dial/refused')], endpoints: behind() }, 'confirmed'],
    [
      'refused, while the Service leads somewhere',
      { messages: [lost('dial/refused')], endpoints: behind('10.3.0.7:5473') },
      undefined,
    ],
    [
      'the settings name a Service that a whole list does not hold',
      {
        settings: [{ of: 'env', name: 'typha_service_name', value: 'net-typha' }],
        services: [{ namespace: 'default', name: 'kubernetes' }],
        messages: [lost('dial/refused')],
      },
      'confirmed',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table, { complete: ['services'] }), [mode]).causes[0]?.confidence).toBe(expected)
  })

  test.each<[string, boolean, string]>([
    ['speaks of Typha while kubelets are heard', false, 'confirmed'],
    ['is what the node controller writes when no kubelet is heard', true, 'possible'],
  ])('a Service whose pods are not ready %s', (_, isSilent, expected) => {
    const silent = { status: 'Unknown', reason: 'NodeStatusUnknown' } as const
    const facts = factsOf({
      nodes: ['w1', 'w2', 'w3'].map((name) => node(name, isSilent ? silent : {})),
      endpoints: behind().map((row) => ({ ...row, notReady: ['10.3.0.7'] })),
      messages: [lost('dial/timeout')],
    })
    expect(diagnose(facts, [mode]).causes[0]?.confidence).toBe(expected)
  })

  test('a cluster without Typha cannot have it', () => {
    const facts = factsOf({ settings: [{ of: 'env', name: 'typha_service_name', value: 'none' }] })
    expect(diagnose(facts, [mode]).clear).toHaveLength(1)
  })
})
