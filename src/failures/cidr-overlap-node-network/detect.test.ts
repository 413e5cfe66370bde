import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/cidr-overlap-node-network/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const nodes = `NAME   STATUS   ROLES    AGE   VERSION   INTERNAL-IP     EXTERNAL-IP   OS-IMAGE       KERNEL-VERSION      CONTAINER-RUNTIME
m1     Ready    master   9d    v1.22.1   172.30.4.10     <none>        Ubuntu 20.04   5.4.0-80-generic    docker://20.10.7
w1     Ready    <none>   9d    v1.22.1   172.30.4.11     <none>        Ubuntu 20.04   5.4.0-80-generic    docker://20.10.7
`
const pool = (cidr: string, more = '') => `NAME                  CIDR             SELECTOR
default-ipv4-ippool   ${cidr}    all()
${more}`
const kubeadm = (pods: string, services: string) =>
  `apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nnetworking:\n  dnsDomain: cluster.local\n  podSubnet: ${pods}\n  serviceSubnet: ${services}\n`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['the pool holds the nodes', `${nodes}\n${pool('172.30.0.0/16')}`, 'confirmed'],
    ['kubeadm’s pod range holds them', `${nodes}\n${kubeadm('172.30.0.0/16', '10.97.0.0/16')}`, 'confirmed'],
    [
      'kubeadm’s Service range holds them',
      `${nodes}\n${kubeadm('10.244.0.0/16', '172.16.0.0/12')}`,
      'confirmed',
    ],
    [
      'calicoctl’s own list of nodes',
      `NAME   ASN       IPV4             IPV6\nw1     (64512)   172.30.4.11/24\n\n${pool('172.30.0.0/16')}`,
      'confirmed',
    ],
    [
      'calico-node’s pods, whose addresses are the nodes’',
      `NAME                READY   STATUS    RESTARTS   AGE   IP            NODE\ncalico-node-k2j4h   0/1     Running   12         4d    172.30.4.11   w1\n\n${pool('172.30.0.0/16')}`,
      'confirmed',
    ],
    [
      'the API server’s endpoints',
      `NAMESPACE   NAME         ENDPOINTS           AGE\ndefault     kubernetes   172.30.4.10:6443   9d\n\n${pool('172.30.0.0/16')}`,
      'confirmed',
    ],
    [
      'a target that only hosts serve',
      `dial tcp 172.30.4.10:2379: i/o timeout\n\n${pool('172.30.0.0/16')}`,
      'likely',
    ],
    [
      'hosts of which somebody tells',
      `- name: CALICO_IPV4POOL_CIDR\n  value: 172.31.0.0/12\n\nOur hosts live in 172.20.8.0/22.`,
      'likely',
    ],
    [
      'both in words',
      'The pod network is 172.30.0.0/16 and the machines have addresses 172.30.4.x.',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['the pool lies beside the nodes', `${nodes}\n${pool('172.31.0.0/16')}`],
    ['both ranges of kubeadm’s lie beside them', `${nodes}\n${kubeadm('10.244.0.0/16', '10.97.0.0/16')}`],
    ['only the nodes are shown', nodes],
    ['a target that may be a pod', `dial tcp 172.30.4.10:8080: i/o timeout\n\n${pool('172.30.0.0/16')}`],
    [
      'words about two networks',
      'The pod network is 10.244.0.0/16 and the machines have addresses 10.0.4.x.',
    ],
    ['a route of which somebody asks', 'How do we route 172.30.0.0/16 from the hosts in 10.0.0.0/16?'],
    ['only a private range is shown', pool('192.168.0.0/16')],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

const retry: Table['messages'] = [
  {
    message: {
      id: 'startup/datastore-retry',
      params: {},
      inner: [{ id: 'dial/timeout', params: { address: '10.97.0.1', port: '443' } }],
    },
    count: 9,
  },
]
const pod = (name: string, ip: string, more: object = {}) => ({
  namespace: 'kube-system',
  name,
  ip,
  containers: [],
  ...more,
})
const calico = pod('calico-node-k2j4h', '192.168.7.5', { component: 'calico-node', node: 'w1', ready: false })

describe('no range is shown', () => {
  test.each<[string, Table, string | undefined]>([
    [
      'nodes and pods share the default range, and the Service fails',
      { messages: retry, pods: [calico, pod('coredns-a', '192.168.201.4')] },
      'likely',
    ],
    ['they share it, and nothing fails', { pods: [calico, pod('coredns-a', '192.168.201.4')] }, undefined],
    [
      'the pod is on the host’s network',
      { messages: retry, pods: [calico, pod('etcd-m1', '192.168.7.5')] },
      undefined,
    ],
    ['pods live elsewhere', { messages: retry, pods: [calico, pod('coredns-a', '10.244.201.4')] }, undefined],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})

test('on a cluster in which nothing shows it, it waits to happen', () => {
  const { causes, preventive } = diagnose(
    factsOf({
      nodes: [
        {
          name: 'w1',
          internalIp: '10.244.3.7',
          unschedulable: false,
          taints: [],
          labels: {},
          conditions: [],
        },
      ],
      ipPools: [{ name: 'p', cidr: '10.244.0.0/16', disabled: false, encapsulation: 'none' }],
    }),
    [mode],
  )
  expect([causes.length, preventive.length]).toEqual([0, 1])
})

describe('nodes that nobody hears', () => {
  const silent = (name: string, internalIp: string) => ({
    name,
    internalIp,
    unschedulable: false,
    taints: [],
    labels: {},
    conditions: [{ type: 'Ready', status: 'Unknown' as const, reason: 'NodeStatusUnknown' }],
  })
  const blockOf = (cidr: string) => [{ kind: 'block' as const, cidr, node: 'w2' }]
  const pools = [{ name: 'p', cidr: '10.9.0.0/16', disabled: false, encapsulation: 'none' as const }]
  test.each<[string, string, Table, boolean]>([
    ['their own address lies in a block', '10.9.3.0/26', {}, true],
    [
      'the API server’s lies in one',
      '10.9.7.0/26',
      {
        endpoints: [{ namespace: 'default', name: 'kubernetes', addresses: ['10.9.7.11'], seenBy: 'api' }],
      },
      true,
    ],
    ['no block holds either: the range silences nobody', '10.9.8.0/26', {}, false],
  ])('%s', (_, block, table, isRead) => {
    const nodes = [silent('w1', '10.9.3.7')]
    const facts = factsOf({ nodes, ipPools: pools, ipamBlocks: blockOf(block), ...table })
    const [cause] = diagnose(facts, [mode]).causes
    const evidence = cause?.finding.evidence ?? []
    expect(evidence.some(({ says }) => says.startsWith('nobody hears from w1'))).toBe(isRead)
  })
})
