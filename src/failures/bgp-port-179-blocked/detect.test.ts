import { describe, expect, test } from 'vitest'
import type { FilterRuleRow, NodeRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/bgp-port-179-blocked/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const probe = (peers: string): string =>
  `Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with ${peers}`

const status = (...rows: readonly (readonly [peer: string, state: string, info: string])[]): string =>
  [
    'Calico process is running.',
    '',
    'IPv4 BGP status',
    '+--------------+-------------------+-------+----------+--------------------------------+',
    '| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |              INFO              |',
    '+--------------+-------------------+-------+----------+--------------------------------+',
    ...rows.map(
      ([peer, state, info]) =>
        `| ${peer.padEnd(12)} | node-to-node mesh | ${state.padEnd(5)} | 05:06:07 | ${info.padEnd(30)} |`,
    ),
    '+--------------+-------------------+-------+----------+--------------------------------+',
  ].join('\n')

const nodes = (...rows: readonly (readonly [name: string, ready: string, address: string])[]): string =>
  [
    '$ kubectl get nodes -o wide',
    'NAME   STATUS     ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION     CONTAINER-RUNTIME',
    ...rows.map(
      ([name, ready, address]) =>
        `${name}     ${ready.padEnd(8)}   <none>   20d   v1.31.2   ${address}     <none>        Ubuntu 22.04.4 LTS   5.15.0-91-generic  containerd://1.7.13`,
    ),
    '',
  ].join('\n')

const silent = status(['10.7.4.22', 'start', 'Active'], ['10.7.4.23', 'start', 'Connect'])
const blockedTest =
  'root@w1:~# nc -vz -w 3 10.7.4.22 179\nnc: connect to 10.7.4.22 port 179 (tcp) timed out: Operation now in progress'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['peers do not answer a dial', silent, 'likely'],
    ['a test of 179 gets no answer', `${probe('10.7.4.22,10.7.4.23')}\n\n${blockedTest}`, 'confirmed'],
    [
      'telnet is rejected at once',
      `${probe('10.7.4.22')}\n\nroot@w1:~# telnet 10.7.4.22 179\nTrying 10.7.4.22...\ntelnet: Unable to connect to remote host: No route to host`,
      'confirmed',
    ],
    [
      'a rule drops it',
      `${probe('10.7.4.22,10.7.4.23')}\n\nroot@w1:~# iptables -S INPUT\n-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 179 -j DROP`,
      'confirmed',
    ],
    [
      'a rule rejects it among other ports',
      `${silent}\n\nroot@w1:~# iptables -S INPUT\n-P INPUT ACCEPT\n-A INPUT -p tcp -m multiport --dports 111,179 -j REJECT --reject-with icmp-port-unreachable`,
      'confirmed',
    ],
    [
      'the filter ends with a refusal of all that was not let in',
      `${probe('10.7.4.22,10.7.4.23')}\n\nroot@w1:~# iptables -S INPUT\n-P INPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited`,
      'likely',
    ],
    [
      'opening the port cured it',
      `${probe('10.7.4.22,10.7.4.23')}\n\nOpening port 179/tcp between the nodes fixed the problem.`,
      'likely',
    ],
    [
      'two peers are silent, and BIRD of a third is down',
      status(
        ['10.7.4.22', 'start', 'Active'],
        ['10.7.4.23', 'start', 'Connect'],
        ['10.7.4.24', 'start', 'Active Socket: Connection refused'],
      ),
      'likely',
    ],
    [
      'peers are silent in another network, and one in the network of a peer that is up',
      status(
        ['10.7.4.22', 'up', 'Established'],
        ['10.7.4.23', 'start', 'Active'],
        ['10.7.9.23', 'start', 'Connect'],
      ),
      'likely',
    ],
    ['the probe alone', probe('10.7.4.22,10.7.4.23'), 'possible'],
    [
      'hosts are rejected that are Ready',
      `${nodes(['w1', 'Ready', '10.7.4.21'], ['w2', 'Ready', '10.7.4.22'], ['w3', 'Ready', '10.7.4.23'])}\n${status(['10.7.4.22', 'start', 'Active Socket: No route to host'], ['10.7.4.23', 'start', 'Active Socket: No route to host'])}`,
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the rule it is a guess', () => {
    const text = `${probe('10.7.4.22,10.7.4.23')}\n\nroot@w1:~# iptables -S INPUT\n-P INPUT ACCEPT`
    expect(foundIn(text, mode)).toBe('possible')
  })
})

describe('near misses', () => {
  test.each<[string, string, readonly Verdict[]]>([
    ['everybody complains about the address of a Docker bridge', probe('172.17.0.1'), ['not found']],
    [
      'the only peer is a node that is off',
      `${nodes(['w1', 'Ready', '10.7.4.21'], ['w2', 'NotReady', '10.7.4.22'])}\n${probe('10.7.4.22')}`,
      ['not found'],
    ],
    [
      'peers refuse: nobody listens there',
      status(
        ['10.7.4.22', 'start', 'Active Socket: Connection refused'],
        ['10.7.4.23', 'start', 'Active Socket: Connection refused'],
      ),
      ['not found', 'possible'],
    ],
    [
      'the peer says why',
      status(['10.7.4.22', 'start', 'Idle Received: Bad peer AS']),
      ['not found', 'possible'],
    ],
    [
      'this side does not listen',
      status(['10.7.4.22', 'down', 'Error: No listening socket']),
      ['not found', 'possible'],
    ],
    [
      'one peer is silent, the other refuses',
      status(['10.7.4.22', 'start', 'Active'], ['10.7.4.23', 'start', 'Active Socket: Connection refused']),
      ['not found', 'possible'],
    ],
    ['all sessions are up', status(['10.7.4.22', 'up', 'Established']), ['not found']],
    [
      'a rule for another port',
      `root@w1:~# iptables -S INPUT\n-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 1179 -j DROP`,
      ['not found'],
    ],
    [
      'a closed filter of a host whose sessions nobody complains about',
      `root@w1:~# iptables -S INPUT\n-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited`,
      ['not found'],
    ],
    [
      'peers of another network are silent, those of the same one are up: more than a port may be blocked there',
      status(
        ['10.7.4.22', 'up', 'Established'],
        ['10.7.9.22', 'start', 'Active'],
        ['10.7.9.23', 'start', 'Connect'],
      ),
      ['possible'],
    ],
    [
      'the machine answers to nothing at all',
      `${probe('10.7.4.22')}\n\n${blockedTest}\nroot@w1:~# nc -vz -w 3 10.7.4.22 22\nnc: connect to 10.7.4.22 port 22 (tcp) timed out: Operation now in progress`,
      ['possible'],
    ],
    [
      'the port takes connections',
      `${probe('10.7.4.22')}\n\nroot@w1:~# nc -vz -w 3 10.7.4.22 179\nConnection to 10.7.4.22 179 port [tcp/bgp] succeeded!`,
      ['not found', 'possible'],
    ],
  ])('%s', (_, text, expected) => {
    expect(expected).toContain(foundIn(text, mode))
  })
})

const rule = (position: number, more: Partial<FilterRuleRow>): FilterRuleRow => ({
  node: 'w1',
  backend: 'nft',
  family: 4,
  table: 'filter',
  chain: 'INPUT',
  position,
  target: 'DROP',
  ...more,
})
const node: NodeRow = {
  name: 'w2',
  internalIp: '10.7.4.22',
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: [],
}
const calicoNode = (state: 'running' | 'waiting') => ({
  namespace: 'kube-system',
  name: 'calico-node-x',
  component: 'calico-node' as const,
  node: 'w2',
  ready: false,
  containers: [{ name: 'calico-node', init: false, state }],
})
const down = { node: 'w1', peer: '10.7.4.22', kind: 'mesh' as const, up: false, state: 'Active' }

describe('by facts', () => {
  test.each<[string, Table, string | undefined]>([
    ['a rule by number', { filterRules: [rule(1, { protocol: 'tcp', ports: '179' })] }, 'confirmed'],
    [
      'a range that holds the port',
      { filterRules: [rule(1, { protocol: 'tcp', ports: '1:1023' })] },
      'confirmed',
    ],
    [
      'peers are let in before the rest is dropped',
      {
        filterRules: [
          rule(1, { protocol: 'tcp', ports: '179', source: '10.7.4.0/24', target: 'ACCEPT' }),
          rule(2, { protocol: 'tcp', ports: '179' }),
        ],
      },
      'possible',
    ],
    ['a rule for UDP', { filterRules: [rule(1, { protocol: 'udp', ports: '179' })] }, 'possible'],
    [
      'a policy of Calico’s',
      { filterRules: [rule(1, { chain: 'cali-fh-eth0', protocol: 'tcp', ports: '179' })] },
      'possible',
    ],
    [
      'a jump into a chain that was not shown',
      { filterRules: [rule(1, { target: 'IN_public' }), rule(2, {})] },
      'possible',
    ],
    ['a peer that does not answer', {}, 'possible'],
    ['a peer whose calico-node runs', { pods: [calicoNode('running')] }, 'possible'],
    [
      'a peer whose calico-node waits: nobody is there to answer',
      { pods: [calicoNode('waiting')] },
      undefined,
    ],
    [
      'a capture with a prohibition',
      { captures: [{ node: 'w1', protocol: 'tcp', port: 179, shows: 'prohibited' }] },
      'confirmed',
    ],
  ])('%s', (_, table, expected) => {
    const facts = factsOf({ nodes: [node], bgpSessions: [down], ...table })
    expect(diagnose(facts, [mode]).causes[0]?.confidence).toBe(expected)
  })
})

test('a node that is registered with another address speaks against a blocked port, unless others do not answer each other either', () => {
  const of = (name: string, internalIp: string, calicoIpv4 = `${internalIp}/24`): NodeRow => ({
    ...{ ...node, name, internalIp, calicoIpv4 },
    conditions: [{ type: 'Ready', status: 'True' }],
  })
  const nodes = [of('w1', '10.7.4.21'), of('w2', '10.7.4.22'), of('w3', '10.7.4.23', '10.8.0.6/32')]
  const confidence = (between: object) => {
    const bgpSessions = [
      { ...down, node: 'w1', peer: '10.7.4.22', ...between },
      { ...down, node: 'w2', peer: '10.7.4.21', ...between },
      ...['w1', 'w2'].map((name) => ({ ...down, node: name, peer: '10.8.0.6' })),
      ...['10.7.4.21', '10.7.4.22'].map((peer) => ({ ...down, node: 'w3', peer })),
    ]
    return diagnose(factsOf({ nodes, bgpSessions }), [mode]).causes[0]?.confidence
  }
  expect(confidence({ up: true, state: 'Established' })).toBeUndefined()
  expect(confidence({})).toBe('likely')
})

describe('on the infrastructure of a provider', () => {
  const node = (name: string, address: string): NodeRow => ({
    name,
    internalIp: address,
    unschedulable: false,
    conditions: [{ type: 'Ready', status: 'True' }],
    taints: [],
    labels: { 'ibm-cloud.kubernetes.io/iaas-provider': 'g2' },
  })
  const table: Table = {
    nodes: [node('w1', '10.240.0.4'), node('w2', '10.240.0.5'), node('w3', '10.240.0.6')],
    bgpSessions: ['10.240.0.5', '10.240.0.6'].map((peer) => ({
      node: 'w1',
      peer,
      kind: 'mesh',
      up: false,
      state: 'Connect',
      info: 'BGP Error: Hold timer expired',
    })),
  }

  test('silence proves nothing while nobody has read the rules of the account, which are asked for first', () => {
    const { causes, next } = diagnose(factsOf(table), [mode])
    expect(causes.map(({ confidence }) => confidence)).toEqual(['possible'])
    expect(next[0]?.command).toMatch(/^ibmcloud is security-group-rules /)
  })

  test('and is telling when these let everything through', () => {
    const { causes, next } = diagnose(factsOf(table, { complete: ['cloudRules'] }), [mode])
    expect(causes.map(({ confidence }) => confidence)).toEqual(['likely'])
    expect(next.filter(({ command }) => command.startsWith('ibmcloud'))).toEqual([])
  })
})
