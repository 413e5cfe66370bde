import { describe, expect, test } from 'vitest'
import type { ConditionRow, EventRow, NodeRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/bgp-peer-node-down/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const probe = (peers: string): string =>
  `Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with ${peers}`

const nodes = (last: string): string =>
  [
    '$ kubectl get nodes -o wide',
    'NAME   STATUS     ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION      CONTAINER-RUNTIME',
    ...[
      ['w1', 'Ready', '10.7.4.21'],
      ['w2', 'Ready', '10.7.4.22'],
      ['w3', last, '10.7.4.23'],
    ].map(
      ([name, ready, address]) =>
        `${name}     ${ready?.padEnd(8)}   <none>   20d   v1.31.2   ${address}     <none>        Ubuntu 22.04.4 LTS   5.15.0-91-generic   containerd://1.7.13`,
    ),
    '',
  ].join('\n')

const table = (info: string, other = 'up    | 05:06:07 | Established'): string =>
  [
    'IPv4 BGP status',
    '| PEER ADDRESS | PEER TYPE         | STATE | SINCE    | INFO |',
    `| 10.7.4.22    | node-to-node mesh | ${other} |`,
    `| 10.7.4.23    | node-to-node mesh | start | 05:06:07 | ${info} |`,
  ].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'the one address is that of a node that is NotReady',
      `${nodes('NotReady')}\n${probe('10.7.4.23')}`,
      'confirmed',
    ],
    [
      'in a table of sessions',
      `${nodes('NotReady')}\n${table('Active Socket: Host is unreachable')}`,
      'confirmed',
    ],
    [
      'a node that was cordoned and is off',
      `${nodes('NotReady,SchedulingDisabled')}\n${probe('10.7.4.23')}`,
      'confirmed',
    ],
    ['one peer is unreachable and all others are up', table('Active Socket: No route to host'), 'likely'],
    [
      'Calico knows a node that Kubernetes does not',
      `${nodes('Ready')}\n${probe('10.7.4.29')}\n\n$ calicoctl get nodes -o wide\nNAME   ASN       IPV4           IPV6\nw1     (64512)   10.7.4.21/24\nw9     (64512)   10.7.4.29/24\n`,
      'confirmed',
    ],
    ['no node of a whole list has the address', `${nodes('Ready')}\n${probe('10.7.4.29')}`, 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['the probe alone', probe('10.7.4.23')],
    ['many peers are named', probe('10.7.4.21,10.7.4.22,10.7.4.23')],
    ['the node is Ready', `${nodes('Ready')}\n${probe('10.7.4.23')}`],
    ['a Docker bridge’s address', `${nodes('Ready')}\n${probe('172.17.0.1')}`],
    ['the peer refuses, so its machine is on', table('Active Socket: Connection refused')],
    ['the peer answers', table('Idle Received: Bad peer AS')],
    [
      'a router is none of the nodes, as it should be',
      `${nodes('Ready')}\n${table('Established')}| 10.7.4.29    | global            | start | 05:06:07 | Active |\n`,
    ],
    ['another node is NotReady, and nobody complains', nodes('NotReady')],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('among many complaints the node that is down is no more than a part of it', () => {
    expect(foundIn(`${nodes('NotReady')}\n${probe('10.7.4.21,10.7.4.22,10.7.4.23')}`, mode)).not.toBe(
      'confirmed',
    )
  })
})

const node = (name: string, ready: Partial<ConditionRow> = {}): NodeRow => ({
  name,
  internalIp: `10.7.4.2${name.slice(1)}`,
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: [{ type: 'Ready', status: 'True', ...ready }],
})
const session = (from: string, to: string, info?: string) => ({
  node: from,
  peer: `10.7.4.2${to.slice(1)}`,
  kind: 'mesh' as const,
  up: info === undefined,
  state: info === undefined ? 'Established' : 'Active',
  ...(info && { info }),
})
const transition = (reason: string, first: number, last: number): EventRow => ({
  about: { kind: 'Node', name: 'w3' },
  type: 'Normal',
  reason,
  message: `Node w3 status is now: ${reason}`,
  component: 'node-controller',
  count: 3,
  firstAtMs: ago(first),
  lastAtMs: ago(last),
})
const silent = { status: 'Unknown', reason: 'NodeStatusUnknown' } as const

describe('by facts', () => {
  const down = [session('w1', 'w3', 'Socket: Host is unreachable'), session('w2', 'w3', '')]
  const up = [session('w1', 'w2'), session('w2', 'w1')]
  test.each<[string, Table, readonly string[]]>([
    [
      'everybody reports a silent node',
      { nodes: [node('w1'), node('w2'), node('w3', silent)], bgpSessions: [...up, ...down] },
      ['node/w3 confirmed'],
    ],
    [
      'a silent node that goes in and out of Ready is on, at times',
      {
        nodes: [node('w1'), node('w2'), node('w3', silent)],
        bgpSessions: [...up, ...down],
        events: [transition('NodeNotReady', 20, 1), transition('NodeReady', 18, 2)],
      },
      ['node/w3 likely'],
    ],
    [
      'its own last complaints about everybody do not count',
      {
        nodes: [node('w1'), node('w2'), node('w3', silent)],
        bgpSessions: [...up, ...down, session('w3', 'w1', ''), session('w3', 'w2', '')],
      },
      ['node/w3 confirmed'],
    ],
    [
      'the control plane hears of hardly a node: its silence proves nothing of this one',
      {
        nodes: [node('w1'), node('w2', silent), node('w3', silent), node('w4', silent)],
        bgpSessions: [...up, ...down],
      },
      ['node/w3 likely'],
    ],
    [
      'everybody reports a node of which nothing else is known',
      { nodes: [node('w1'), node('w2')], bgpSessions: [...up, ...down] },
      ['cluster likely'],
    ],
    [
      'everybody reports it, and one refused what it had to say',
      {
        nodes: [node('w1'), node('w2')],
        bgpSessions: [...up, ...down],
        messages: [
          {
            message: { id: 'bgp/unacceptable-hold-time', params: { protocol: 'Global_10_7_4_23' } },
            node: 'w1',
            count: 9,
            atMs: ago(1),
          },
        ],
      },
      [],
    ],
    [
      'it waits for its pod network: the machine is on',
      {
        nodes: [
          node('w1'),
          node('w2'),
          node('w3', { status: 'False', reason: 'KubeletNotReady', message: 'NetworkPluginNotReady' }),
        ],
        bgpSessions: [...up, session('w1', 'w3', 'Socket: Connection refused')],
      },
      [],
    ],
    [
      'somebody has a session with it',
      {
        nodes: [node('w1'), node('w2'), node('w3', silent)],
        bgpSessions: [...up, ...down, session('w4', 'w3')],
      },
      [],
    ],
    [
      'its calico-node writes a log: kubelet alone is silent',
      {
        nodes: [node('w1'), node('w2'), node('w3', silent)],
        bgpSessions: [...up, ...down],
        messages: [
          {
            message: { id: 'bird/started', params: {} },
            node: 'w3',
            container: 'calico-node',
            count: 1,
            atMs: ago(1),
          },
        ],
      },
      ['node/w3 possible'],
    ],
    [
      'the API server refuses its kubelet, whose certificate somebody read there',
      {
        nodes: [node('w1'), node('w2'), node('w3', silent)],
        bgpSessions: [...up, ...down],
        certificates: [
          {
            of: '/var/lib/kubelet/pki/kubelet-client-current.pem',
            subject: 'O = system:nodes, CN = system:node:w3',
            notAfterMs: ago(9),
          },
        ],
      },
      [],
    ],
    [
      'its kubelet answers, and cannot ask the API server who may come in',
      {
        nodes: [node('w1'), node('w2'), node('w3', silent)],
        bgpSessions: [...up, ...down],
        messages: [{ message: { id: 'kubelet/cannot-authorize', params: {} }, node: 'w3', count: 1 }],
      },
      [],
    ],
    [
      'its own proxy has no way to the API server left',
      {
        nodes: [node('w1'), node('w2'), node('w3', silent)],
        bgpSessions: [...up, ...down],
        messages: [
          {
            message: { id: 'haproxy/no-server', params: { backend: 'k8sbackend' } },
            node: 'w3',
            count: 1,
            atMs: ago(90),
          },
        ],
      },
      [],
    ],
    [
      'everybody’s connection to a router is closed at once: nothing that is off does so',
      {
        nodes: [node('w1'), node('w2')],
        bgpSessions: ['w1', 'w2'].map((from) => ({
          ...session(from, 'r9', 'Socket: Connection closed'),
          kind: 'global' as const,
        })),
      },
      [],
    ],
    [
      'its kernel writes a log: what it lacks to be heard is another matter',
      {
        nodes: [node('w1'), node('w2'), node('w3', silent)],
        bgpSessions: [...up, ...down],
        messages: [
          { message: { id: 'kernel/neighbour-full', params: {} }, node: 'w3', count: 9, atMs: ago(1) },
        ],
      },
      ['node/w3 possible'],
    ],
  ])('%s', (_, facts, expected) => {
    const { causes } = diagnose(factsOf(facts), [mode])
    expect(causes.map(({ finding, confidence }) => `${renderSubject(finding.about)} ${confidence}`)).toEqual(
      expected,
    )
  })

  test('a session between two others is not explained by it', () => {
    const bgpSessions = [...down, session('w1', 'w2', 'Socket: No route to host')]
    const facts = factsOf({ nodes: [node('w1'), node('w2'), node('w3', silent)], bgpSessions })
    expect(diagnose(facts, [mode]).unexplained.map(({ says }) => says)).toEqual([
      'session with 10.7.4.22 (w2) is Active, Socket: No route to host',
    ])
  })

  test('the healthy nodes’ complaints are explained by it', () => {
    const pods = ['w1', 'w2'].map((on) => ({
      namespace: 'kube-system',
      name: `calico-node-${on}`,
      component: 'calico-node' as const,
      node: on,
      ready: false,
      containers: [],
    }))
    const facts = factsOf({ nodes: [node('w1'), node('w2'), node('w3', silent)], pods, bgpSessions: down })
    expect(diagnose(facts, [mode]).unexplained).toEqual([])
  })
})
