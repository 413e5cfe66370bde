import { describe, expect, test } from 'vitest'
import { accusedPeers, bgpComplaints, downReason, peersIn, troubleOf } from '#cluster/bgp-complaints.ts'
import type { ConditionRow, NodeRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'

const node = (name: string, internalIp: string, ready?: Partial<ConditionRow>): NodeRow => ({
  name,
  internalIp,
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: ready === undefined ? [] : [{ type: 'Ready', status: 'True', ...ready }],
})
const nodes = [node('w1', '10.8.0.1'), node('w2', '10.8.0.2'), node('w3', '10.8.0.3')]

const session = (from: string, peer: string, info?: string) => ({
  node: from,
  peer,
  kind: 'mesh' as const,
  up: info === undefined,
  state: info === undefined ? 'Established' : 'Active',
  ...(info === undefined || info === '' ? {} : { info }),
})

const probe = (pod: string, peers: string) => ({
  message: { id: 'health/bgp-not-established', params: { peers } },
  pod: { namespace: 'kube-system', name: pod },
  count: 1,
})

const accused = (table: Table) =>
  accusedPeers(factsOf(table)).map(({ address, node: named, by, isByAll, isUpElsewhere }) => [
    address,
    named?.name,
    by,
    isByAll,
    isUpElsewhere,
  ])

describe('whom people complain about', () => {
  test('everybody reports the one bad peer, which reports everybody', () => {
    const bgpSessions = [
      session('w1', '10.8.0.2'),
      session('w1', '10.8.0.3', ''),
      session('w2', '10.8.0.3', ''),
      session('w3', '10.8.0.1', ''),
      session('w3', '10.8.0.2', ''),
    ]
    expect(accused({ nodes, bgpSessions })).toEqual([
      ['10.8.0.3', 'w3', 2, true, false],
      ['10.8.0.1', 'w1', 1, false, false],
      ['10.8.0.2', 'w2', 1, false, true],
    ])
  })

  test('probes count where no table of sessions was read', () => {
    const messages = [probe('calico-node-a', '10.8.0.3'), probe('calico-node-b', '10.8.0.1,10.8.0.3')]
    expect(accused({ nodes, messages })).toEqual([
      ['10.8.0.3', 'w3', 2, true, false],
      ['10.8.0.1', 'w1', 1, false, false],
    ])
  })

  test('nobody complains about himself', () => {
    const messages = [{ ...probe('calico-node-a', '10.8.0.3'), node: 'w3' }]
    expect(bgpComplaints(factsOf({ nodes, messages })).map(({ by }) => by.kind)).toEqual(['cluster'])
  })

  test('a table of sessions knows better than the probe of the same node', () => {
    const messages = [{ ...probe('calico-node-a', '10.8.0.2'), node: 'w1' }]
    expect(bgpComplaints(factsOf({ messages, bgpSessions: [session('w1', '10.8.0.2')] }))).toEqual([])
  })
})

test.each<[string, string | undefined, ReturnType<typeof troubleOf>]>([
  ['Active', undefined, 'silent'],
  ['Connect', undefined, 'silent'],
  ['OpenSent', undefined, 'half-open'],
  ['Active', 'Socket: Connection refused', 'refused'],
  ['Active', 'Socket: Host is unreachable', 'unreachable'],
  ['Connect', 'Socket: No route to host', 'unreachable'],
  ['Idle', 'Socket: Network is unreachable', 'no-network'],
  ['Active', 'Socket: Operation timed out', 'timed-out'],
  ['Idle', 'Received: Bad peer AS', 'answered'],
  ['Passive', 'Received: Administrative shutdown', 'left'],
  ['Idle', 'Error: Bad peer AS', 'answered'],
  ['down', 'Error: No listening socket', 'no-listener'],
  ['Idle', 'Socket: Cannot assign requested address', 'no-address'],
  ['down', 'Error: Kernel MD5 auth failed', 'no-key'],
  ['Idle', 'BGP Error: Hold timer expired', 'silent'],
  ['Idle', 'Error: Neighbor lost', 'silent'],
  ['wait', undefined, 'waiting'],
  ['Passive', undefined, 'silent'],
])('%s %s', (state, info, expected) => {
  expect(troubleOf({ state, ...(info !== undefined && { info }) })).toBe(expected)
})

test.each<[string | undefined, readonly string[]]>([
  [undefined, []],
  ['10.8.0.1', ['10.8.0.1']],
  ['10.8.0.1,10.8.0.2', ['10.8.0.1', '10.8.0.2']],
  ['10.8.0.1.port.1790', ['10.8.0.1']],
  ['fd00:8::1', ['fd00:8::1']],
])('peers of %s', (text, expected) => {
  expect(peersIn(text)).toEqual(expected)
})

test.each<[string, Partial<ConditionRow> | undefined, boolean]>([
  ['nobody hears of it', { status: 'Unknown', reason: 'NodeStatusUnknown' }, true],
  ['a table says NotReady', { status: 'False' }, true],
  ['it waits for its pod network', { status: 'False', message: 'reason:NetworkPluginNotReady' }, false],
  ['kubelet itself says why it is not ready', { status: 'False', reason: 'KubeletNotReady' }, false],
  ['it is ready', {}, false],
  ['nothing is known', undefined, false],
])('%s', (_, ready, expected) => {
  expect(downReason(node('w9', '10.8.0.9', ready)) !== undefined).toBe(expected)
})
