import { describe, expect, test } from 'vitest'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/bgp-session-timers/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const event = (age: string, peers: string): string =>
  `${age}          Warning   Unhealthy   pod/calico-node-q7w2z   Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with ${peers}`
const events = (...rows: readonly string[]): string =>
  ['LAST SEEN   TYPE      REASON      OBJECT                  MESSAGE', ...rows].join('\n')
const ready =
  '\n\nNAME                READY   STATUS    RESTARTS   AGE\ncalico-node-q7w2z   1/1     Running   0          4m\n'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'the list gets shorter, and the pod is ready in the end',
      events(
        event('3m', '10.7.4.21,10.7.4.22,10.7.4.23'),
        event('2m', '10.7.4.21,10.7.4.22'),
        event('1m', '10.7.4.21'),
      ) + ready,
      'confirmed',
    ],
    [
      'the list got shorter once',
      events(event('3m', '10.7.4.21,10.7.4.22'), event('2m', '10.7.4.22')),
      'likely',
    ],
    [
      'the probe says that it waits',
      'calico/node is not ready: BIRD is not ready: graceful restart in progress',
      'likely',
    ],
    [
      '`show status` says that it waits',
      '0024-Graceful restart recovery in progress\n   Waiting for 3 protocols to recover\n   Wait timer is 115/240',
      'likely',
    ],
    ['the ends do not agree', 'bird: Node_10_7_4_1: Received: Unacceptable hold time: 2', 'confirmed'],
    [
      'hold timers expire each night',
      ['01', '02', '03']
        .map((day) => `2025-03-${day}T02:00:04.123456789Z bird: Global_10_7_4_1: Error: Hold timer expired`)
        .join('\n'),
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the pod that is ready in the end, nobody knows how it ends', () => {
    const text = events(
      event('3m', '10.7.4.21,10.7.4.22,10.7.4.23'),
      event('2m', '10.7.4.21,10.7.4.22'),
      event('1m', '10.7.4.21'),
    )
    expect(foundIn(text, mode)).toBe('likely')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['one list', events(event('3m', '10.7.4.21,10.7.4.22'))],
    [
      'the same list for long',
      events(event('30m', '10.7.4.21,10.7.4.22'), event('2m', '10.7.4.21,10.7.4.22')),
    ],
    ['a list that grows', events(event('3m', '10.7.4.22'), event('2m', '10.7.4.21,10.7.4.22'))],
    ['other peers', events(event('3m', '10.7.4.21,10.7.4.22'), event('2m', '10.7.4.23'))],
    ['a hold timer that expired once: the peer went away', 'bird: Mesh_10_7_4_23: Error: Hold timer expired'],
    ['graceful restart that is done', 'bird: Graceful restart started\nbird: Graceful restart done'],
    ['sessions without an answer', '| 10.7.4.22    | node-to-node mesh | start | 05:06:07 | Active |'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

const list = (peers: string, minutes: number) => ({
  message: { id: 'health/bgp-not-established', params: { peers } },
  node: 'w1',
  count: 1,
  atMs: ago(minutes),
})

describe('by facts', () => {
  test.each<[string, Table, string | undefined]>([
    [
      'what is left is a node that is down',
      {
        nodes: [
          {
            name: 'w9',
            internalIp: '10.7.4.29',
            unschedulable: false,
            taints: [],
            labels: {},
            conditions: [{ type: 'Ready', status: 'Unknown' }],
          },
        ],
        messages: [list('10.7.4.22,10.7.4.29', 3), list('10.7.4.29', 2)],
      },
      undefined,
    ],
    [
      'a list that got shorter a moment ago',
      { messages: [list('10.7.4.22,10.7.4.29', 3), list('10.7.4.29', 2)] },
      'likely',
    ],
    [
      'one that did before, and has not for twenty minutes',
      { messages: [list('10.7.4.22,10.7.4.29', 21), list('10.7.4.29', 20)] },
      undefined,
    ],
    [
      'sessions wait',
      { bgpSessions: [{ node: 'w1', peer: '10.7.4.22', kind: 'mesh', up: false, state: 'wait' }] },
      'likely',
    ],
    [
      'BIRD starves for the processor',
      {
        messages: [
          list('10.7.4.22,10.7.4.23', 3),
          list('10.7.4.22', 2),
          { message: { id: 'bird/io-loop-slow', params: { ms: '9000' } }, node: 'w1', count: 3 },
        ],
      },
      undefined,
    ],
  ])('%s', (_, table, expected) => {
    const found = diagnose(factsOf(table), [mode]).causes[0]?.confidence
    expect(found === 'possible' ? undefined : found).toBe(expected)
  })
})
