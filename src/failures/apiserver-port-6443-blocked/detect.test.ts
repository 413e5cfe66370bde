import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/apiserver-port-6443-blocked/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const get = (server: string, error: string) =>
  `2025-03-04 05:06:07.890 [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://${server}/api/v1/nodes/w1": dial tcp ${server}: ${error}`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'a host behind the Service address rejects',
      get('10.97.0.1:443', 'connect: no route to host'),
      'likely',
    ],
    [
      'the same in a probe of kube-controllers',
      'Readiness probe failed: Error verifying datastore: Get "https://10.97.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": dial tcp 10.97.0.1:443: connect: no route to host',
      'likely',
    ],
    ['the server itself is out of reach', get('10.3.0.2:6443', 'i/o timeout'), 'likely'],
    ['the Service address does not answer: it may be', get('10.97.0.1:443', 'i/o timeout'), 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['the sender has no route', get('10.97.0.1:443', 'connect: network is unreachable')],
    [
      'Typha’s port',
      '2025-03-04 05:06:07.890 [ERROR][77] felix/sync_client.go 300: Failed to connect to typha endpoint 10.0.0.5:5473. error=dial tcp 10.0.0.5:5473: connect: no route to host',
    ],
    [
      'a pod’s probe',
      'Readiness probe failed: Get "http://10.244.3.7:8080/healthz": dial tcp 10.244.3.7:8080: connect: no route to host',
    ],
    [
      'the certificate is refused: the port is open',
      get('10.97.0.1:443', '').replace(/dial tcp \S+ $/, 'x509: certificate signed by unknown authority'),
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('kube-proxy does not run: the Service address says nothing of the hosts', () => {
    const text = `kube-proxy-q5r6s   0/1   CrashLoopBackOff   9   20m\n\n${get('10.97.0.1:443', 'connect: no route to host')}`
    expect(foundIn(text, mode)).toBe('not found')
  })
})

const probe = (outcome: 'ok' | 'timed-out' | 'no-route', more: object = {}) => ({
  node: 'w1',
  in: 'host' as const,
  to: '10.3.0.2',
  port: 6443,
  protocol: 'tcp' as const,
  outcome,
  ...more,
})
const ping = {
  node: 'w1',
  in: 'host' as const,
  to: '10.3.0.2',
  protocol: 'icmp' as const,
  outcome: 'ok' as const,
}
const retry: Table['messages'] = [
  {
    message: {
      id: 'startup/datastore-retry',
      params: {},
      inner: [{ id: 'dial/timeout', params: { address: '10.97.0.1', port: '443' } }],
    },
    node: 'w1',
    count: 9,
  },
]

describe('by tests', () => {
  test.each<[string, Table, string | undefined]>([
    [
      'the host answers pings and not at 6443',
      { messages: retry, reachability: [probe('timed-out'), ping] },
      'confirmed',
    ],
    [
      'another node reaches it',
      { messages: retry, reachability: [probe('no-route'), probe('ok', { node: 'w2' })] },
      'confirmed',
    ],
    ['nothing else is known of the host', { messages: retry, reachability: [probe('timed-out')] }, 'likely'],
    ['the port answers from here', { messages: retry, reachability: [probe('ok'), ping] }, undefined],
    [
      'a rule drops it',
      {
        messages: retry,
        filterRules: [
          {
            node: 'w1',
            backend: 'nft',
            family: 4,
            table: 'filter',
            chain: 'INPUT',
            position: 3,
            target: 'REJECT',
            ports: '6443',
          },
        ],
      },
      'confirmed',
    ],
    [
      'a rule drops everything',
      {
        messages: retry,
        filterRules: [
          {
            node: 'w1',
            backend: 'nft',
            family: 4,
            table: 'filter',
            chain: 'INPUT',
            position: 3,
            target: 'REJECT',
            ports: '1:65535',
          },
        ],
      },
      'possible',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})

describe('a kubelet that nobody hears', () => {
  const silent = {
    name: 'w1',
    unschedulable: false,
    taints: [],
    labels: {},
    conditions: [{ type: 'Ready', status: 'Unknown' as const, reason: 'NodeStatusUnknown' }],
  }
  const rule = (node: string) => ({
    node,
    backend: 'nft' as const,
    family: 4 as const,
    table: 'filter',
    chain: 'OUTPUT',
    position: 1,
    target: 'DROP',
    ports: '6443',
  })
  const broken = { namespace: 'kube-system', name: 'kube-proxy-a', node: 'w1', ready: false, containers: [] }
  test.each<[string, Table, boolean]>([
    ['its own node’s rule keeps it from calling', { nodes: [silent], filterRules: [rule('w1')] }, true],
    [
      'whether kube-proxy runs there or not',
      { nodes: [silent], filterRules: [rule('w1')], pods: [broken] },
      true,
    ],
    ['another node has the rule', { nodes: [silent], filterRules: [rule('w2')] }, false],
  ])('%s', (_, table, isRead) => {
    const { causes } = diagnose(factsOf(table), [mode])
    const evidence = causes.flatMap(({ finding }) => finding.evidence)
    expect(evidence.some(({ says }) => says === 'nobody hears its kubelet')).toBe(isRead)
    expect(evidence.some(({ weight }) => weight === 'against')).toBe(false)
  })
})
