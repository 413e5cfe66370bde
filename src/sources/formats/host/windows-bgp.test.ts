import { expect, test } from 'vitest'
import { parseBgpPeer } from '#sources/formats/host/windows-bgp.ts'

test('rows of the table', () => {
  expect(parseBgpPeer('Mesh_10_9_0_4 10.9.0.8       10.9.0.4      64512   Mixed         Connecting')).toEqual(
    [{ peer: '10.9.0.4', kind: 'mesh', up: false, state: 'Connecting' }],
  )
  expect(parseBgpPeer('Node_tor      10.9.0.8       10.9.0.1      65001   Mixed         Connected')).toEqual([
    { peer: '10.9.0.1', kind: 'node', up: true, state: 'Connected' },
  ])
})

test('its head and rule tell nothing', () => {
  expect(
    parseBgpPeer('PeerName      LocalIPAddress PeerIPAddress PeerASN OperationMode ConnectivityStatus'),
  ).toEqual([])
  expect(
    parseBgpPeer('--------      -------------- ------------- ------- ------------- ------------------'),
  ).toEqual([])
})

test.each<[string, string]>([
  ['a row of calicoctl', '| 10.9.0.4 | node-to-node mesh | up | 10:11:12 | Established |'],
  ['a sentence', 'The peer 10.9.0.4 is Connecting for an hour'],
  ['nothing', ''],
])('%s is none', (_, line) => {
  expect(parseBgpPeer(line)).toBeUndefined()
})
