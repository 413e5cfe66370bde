import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/calico-config-unsupported/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const nodes = (version = 'v1.31.4+IKS') =>
  `NAME         STATUS   ROLES    AGE   VERSION       INTERNAL-IP   EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION      CONTAINER-RUNTIME
10.240.0.4   Ready    <none>   88d   ${version}   10.240.0.4    <none>        Ubuntu 22.04.5 LTS   5.15.0-91-generic   containerd://1.7.24
`
const sick =
  'NAMESPACE       NAME                READY   STATUS    RESTARTS   AGE   IP           NODE\ncalico-system   calico-node-x7k2p   0/1     Running   7          9d    10.240.0.4   10.240.0.4\n'
const daemonSet = (image: string) => `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: calico-node
  namespace: calico-system
spec:
  template:
    spec:
      containers:
      - name: calico-node
        image: ${image}
`
const pool = (ipip: string, vxlan: string) => `apiVersion: crd.projectcalico.org/v1
kind: IPPool
metadata:
  name: default-ipv4-ippool
spec:
  cidr: 172.17.0.0/18
  ipipMode: ${ipip}
  vxlanMode: ${vxlan}
  natOutgoing: true
  nodeSelector: all()
`
const installation = (registry: string) => `apiVersion: operator.tigera.io/v1
kind: Installation
metadata:
  name: default
spec:
  calicoNetwork:
    mtu: 1480
    hostPorts: Enabled
  registry: ${registry}
  variant: Calico
`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'an image of another registry',
      [nodes(), sick, daemonSet('quay.io/calico/node:v3.30.1')].join('\n'),
      'confirmed',
    ],
    [
      'the Installation takes them from elsewhere',
      [nodes(), sick, installation('docker.io/')].join('\n'),
      'confirmed',
    ],
    ['a pool without encapsulation', [nodes(), sick, pool('Never', 'Never')].join('\n'), 'likely'],
    [
      'a pool with VXLAN on machines that never have it',
      [nodes(), sick, pool('Never', 'Always')].join('\n'),
      'likely',
    ],
    [
      'the mesh is off',
      [
        nodes(),
        sick,
        'apiVersion: crd.projectcalico.org/v1\nkind: BGPConfiguration\nmetadata:\n  name: default\nspec:\n  nodeToNodeMeshEnabled: false\n',
      ].join('\n'),
      'likely',
    ],
    [
      'while nothing is wrong it only may break something',
      [nodes(), daemonSet('quay.io/calico/node:v3.30.1')].join('\n'),
      'preventive',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'the same image where nobody manages the cluster',
      [nodes('v1.31.4'), sick, daemonSet('quay.io/calico/node:v3.30.1')].join('\n'),
    ],
    [
      'the provider’s image',
      [nodes(), sick, daemonSet('us.icr.io/armada-master/calico/node:v3.29.5')].join('\n'),
    ],
    ['the provider’s pool', [nodes(), sick, pool('CrossSubnet', 'Never')].join('\n')],
    [
      'the provider’s Installation with another MTU, which is allowed',
      [nodes(), sick, installation('de.icr.io/armada-master/').replace('1480', '8980')].join('\n'),
    ],
    [
      'log levels and NAT ports are allowed',
      [
        nodes(),
        sick,
        'apiVersion: crd.projectcalico.org/v1\nkind: FelixConfiguration\nmetadata:\n  name: default\nspec:\n  natPortRange: 32768:65535\n  logSeverityScreen: Debug\n',
      ].join('\n'),
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const node = (labels: Readonly<Record<string, string>>) => ({
    name: 'w1',
    unschedulable: false,
    conditions: [],
    taints: [],
    labels,
  })
  const vxlan = {
    name: 'default-ipv4-ippool',
    cidr: '172.17.0.0/18',
    disabled: false,
    encapsulation: 'vxlan' as const,
  }
  const broken: Table = {
    pods: [
      {
        namespace: 'calico-system',
        name: 'calico-node-a',
        node: 'w1',
        ready: false,
        component: 'calico-node',
        containers: [],
      },
    ],
  }
  const seen = (table: Table) => diagnose(factsOf({ ...broken, ...table }, { complete: ['nodes'] }), [mode])
  test.each<[string, Table, string | undefined]>([
    [
      'VXLAN on VPC machines',
      { nodes: [node({ 'ibm-cloud.kubernetes.io/iaas-provider': 'g2' })], ipPools: [vxlan] },
      'likely',
    ],
    [
      'VXLAN where the provider itself may have chosen it (Satellite)',
      { nodes: [node({ 'ibm-cloud.kubernetes.io/worker-id': 'w' })], ipPools: [vxlan] },
      undefined,
    ],
    ['VXLAN where nobody manages the cluster', { nodes: [node({})], ipPools: [vxlan] }, undefined],
  ])('%s', (_, table, expected) => {
    expect(seen(table).causes[0]?.confidence).toBe(expected)
  })

  const worker = (name: string, internalIp: string) => ({
    ...node({ 'ibm-cloud.kubernetes.io/iaas-provider': 'g2' }),
    name,
    internalIp,
  })
  const endpoint = (of: string, ip: string, role = 'worker_private') => ({
    name: `kube-c-${of}-${role}`,
    node: of,
    interfaceName: 'ens3',
    expectedIps: [ip],
    labels: { 'ibm.role': role },
  })
  const workers = { nodes: [worker('w1', '10.240.0.4'), worker('w2', '10.240.0.5')] }
  const complete = ['nodes', 'hostEndpoints'] as const
  test.each<[string, Table, string | undefined]>([
    [
      'each worker has its own',
      { hostEndpoints: [endpoint('w1', '10.240.0.4'), endpoint('w2', '10.240.0.5')] },
      undefined,
    ],
    ['the provider makes none', { hostEndpoints: [] }, undefined],
    [
      'somebody made one for one host',
      { hostEndpoints: [{ ...endpoint('w1', '10.240.0.4'), labels: {} }] },
      undefined,
    ],
    [
      'one worker has none',
      { hostEndpoints: [endpoint('w1', '10.240.0.4')] },
      'worker w2 has no private HostEndpoint',
    ],
    [
      'one worker has a public one only',
      { hostEndpoints: [endpoint('w1', '10.240.0.4'), endpoint('w2', '198.51.100.4', 'worker_public')] },
      'worker w2 has no private HostEndpoint',
    ],
    [
      'the address of another machine',
      { hostEndpoints: [endpoint('w1', '10.240.0.4'), endpoint('w2', '10.240.0.9')] },
      'the HostEndpoint kube-c-w2-worker_private expects 10.240.0.9, and the worker has 10.240.0.5',
    ],
  ])('HostEndpoints: %s', (_, table, expected) => {
    const read = factsOf({ ...workers, ...table }, { complete: [...complete] })
    const { causes, preventive } = diagnose(read, [mode])
    expect(causes).toEqual([])
    expect(preventive[0]?.finding.evidence[0]?.says).toBe(expected)
  })

  test('HostEndpoints that were not all read prove nothing, and break nothing beside a trouble of now', () => {
    const one = { ...workers, hostEndpoints: [endpoint('w1', '10.240.0.4')] }
    expect(diagnose(factsOf(one, { complete: ['nodes'] }), [mode]).preventive).toEqual([])
    const { causes } = diagnose(factsOf({ ...broken, ...one }, { complete: [...complete] }), [mode])
    expect(causes).toEqual([])
  })

  test('a cluster that no provider manages cannot have it', () => {
    expect(seen({ nodes: [node({})] }).clear).toHaveLength(1)
  })
})
