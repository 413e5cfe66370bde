import { expect, test } from 'vitest'
import { isPeerOf, isWithoutBgp, meshSettings, peersOfNobody, wrongAsNumbers } from '#cluster/peering.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'

const labels = { rack: '3', 'example.net/rr': '' }

test('a peer is for a node by name, by selector, or for all', () => {
  const node = { name: 'w1', labels }
  expect(isPeerOf({ name: 'p', node: 'w1' }, node)).toBe(true)
  expect(isPeerOf({ name: 'p', node: 'w2' }, node)).toBe(false)
  expect(isPeerOf({ name: 'p', nodeSelector: "rack == '9'" }, node)).toBe(false)
  expect(isPeerOf({ name: 'p' }, node)).toBe(true)
})

const mesh = (value: string, name = 'default') =>
  factsOf({ settings: [{ of: 'BGPConfiguration', in: name, name: 'nodeToNodeMeshEnabled', value }] })

test('the mesh is switched for all nodes at once', () => {
  expect(meshSettings(mesh('false')).map(({ isOn }) => isOn)).toEqual([false])
  expect(meshSettings(mesh('true')).map(({ isOn }) => isOn)).toEqual([true])
  expect(meshSettings(mesh('false', 'node.w1'))).toEqual([])
  expect(meshSettings(factsOf({}))).toEqual([])
})

test('a cluster without BIRD says so in its environment', () => {
  const backend = (value: string) =>
    factsOf({ settings: [{ of: 'env', in: 'calico-node', name: 'CALICO_NETWORKING_BACKEND', value }] })
  expect(['vxlan', 'none', 'bird'].map((value) => isWithoutBgp(backend(value)))).toEqual([true, true, false])
})

test('a peer that names nobody', () => {
  const facts = factsOf({
    bgpPeers: [{ name: 'a' }, { name: 'b', peerIp: '10.0.0.1' }, { name: 'c', peerSelector: 'all()' }],
  })
  expect(peersOfNobody(facts).map(({ name }) => name)).toEqual(['a'])
})

test('a BGPPeer that expects another AS number of a node than it has', () => {
  const facts = (asNumber: string) =>
    factsOf({
      bgpPeers: [{ name: 'rr', peerIp: '10.0.0.21', asNumber: '64513' }],
      calicoNodes: [{ name: 'w1', ipv4: '10.0.0.21/24', asNumber }],
    })
  const numbersOf = (asNumber: string) =>
    wrongAsNumbers(facts(asNumber)).map(({ node, actual }) => [node, actual])
  expect(numbersOf('(64512)')).toEqual([['w1', '64512']])
  expect([numbersOf('64513'), numbersOf('(unknown)')]).toEqual([[], []])
})

test('a node without a number of its own has the cluster’s, once all settings were read', () => {
  const facts = (settings: NonNullable<Table['settings']>, ...complete: readonly string[]) =>
    factsOf(
      {
        bgpPeers: [{ name: 'rr', peerIp: '10.0.0.21', asNumber: '64513' }],
        calicoNodes: [{ name: 'w1', ipv4: '10.0.0.21/24' }],
        settings,
      },
      { complete },
    )
  const set = { of: 'BGPConfiguration', in: 'default', name: 'asNumber', value: '65000' } as const
  const actual = (...told: Parameters<typeof facts>) =>
    wrongAsNumbers(facts(...told)).map((one) => one.actual)
  expect(actual([])).toEqual([])
  expect(actual([], 'settings')).toEqual(['64512'])
  expect(actual([set])).toEqual(['65000'])
  expect(actual([{ ...set, value: '64513' }], 'settings')).toEqual([])
})
