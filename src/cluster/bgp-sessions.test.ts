import { expect, test } from 'vitest'
import { addressOfProtocol, bgpErrors, peersDown } from '#cluster/bgp-sessions.ts'
import { ago, factsOf } from '#cluster/testing/facts.ts'

const session = { node: 'w1', peer: '10.0.0.22', kind: 'mesh', up: false, state: 'Idle' } as const

test('a reason is found in the table, in the log, and in what a log line quotes; not of sessions that are up', () => {
  const quoted = { id: 'bgp/bad-peer-as', params: { as: '65001' } }
  const facts = factsOf({
    bgpSessions: [
      { ...session, info: 'Received: Bad peer AS' },
      { ...session, peer: '10.0.0.23', up: true, state: 'Established', info: 'Received: Bad peer AS' },
    ],
    messages: [
      {
        message: { id: 'bird/session-received', params: { error: '…' }, inner: [quoted] },
        node: 'w2',
        count: 1,
      },
      { message: quoted, node: 'w3', count: 1, atMs: ago(60) },
      { message: quoted, node: 'w4', count: 1 },
    ],
  })
  const found = bgpErrors(facts, 'bgp/bad-peer-as').map(({ about, peer, message }) => [
    about.kind === 'node' ? about.name : '',
    peer,
    message.params.as,
  ])
  expect(found.toSorted()).toEqual([
    ['w1', '10.0.0.22', undefined],
    ['w2', undefined, '65001'],
    ['w4', undefined, '65001'],
  ])
})

test('peers that are down are named by tables and by the probe', () => {
  const facts = factsOf({
    bgpSessions: [session, { ...session, peer: '', up: false }],
    messages: [
      {
        message: { id: 'health/bgp-not-established', params: { peers: '10.0.0.23,10.0.0.24' } },
        node: 'w1',
        count: 1,
      },
      {
        message: { id: 'health/bgp-not-established', params: { peers: '10.0.0.25' } },
        node: 'w1',
        count: 1,
        atMs: ago(60),
      },
    ],
  })
  expect(peersDown(facts).map(({ address, by }) => [address, by])).toEqual([
    ['10.0.0.22', 'w1'],
    ['10.0.0.23', 'w1'],
    ['10.0.0.24', 'w1'],
  ])
})

test('a protocol of BIRD is named after its peer', () => {
  expect(['Mesh_10_0_0_22', 'Node_10_0_0_22_port_1790', 'kernel1', undefined].map(addressOfProtocol)).toEqual(
    ['10.0.0.22', '10.0.0.22', undefined, undefined],
  )
})
