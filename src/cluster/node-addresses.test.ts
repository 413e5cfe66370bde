import { expect, test } from 'vitest'
import {
  isNumberedAsGateway,
  prescribedAddresses,
  registeredAddresses,
  unreachableAddress,
} from '#cluster/node-addresses.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const node = {
  name: 'w1',
  internalIp: '10.0.0.21',
  unschedulable: false,
  conditions: [],
  taints: [],
  labels: {},
}

test('addresses come from all places that tell them, with the InternalIP of their family', () => {
  const facts = factsOf({
    nodes: [{ ...node, calicoIpv4: '172.17.0.1/16' }],
    calicoNodes: [{ name: 'w1', ipv4: '172.17.0.1/16', ipv6: 'fd00::21/64' }, { name: 'w2' }],
    settings: [{ of: 'bird', name: 'router id', value: '10.0.0.23', node: 'w3' }],
  })
  expect(
    registeredAddresses(facts).map(({ node: name, address, internalIp }) => [name, address, internalIp]),
  ).toEqual([
    ['w1', '172.17.0.1', '10.0.0.21'],
    ['w1', 'fd00::21', undefined],
    ['w1', '172.17.0.1', '10.0.0.21'],
    ['w3', '10.0.0.23', undefined],
  ])
})

test('an address that the environment prescribes; words of the same variable are none', () => {
  const facts = factsOf({
    settings: ['autodetect', '10.0.0.21'].map((value) => ({
      of: 'env',
      in: 'calico-node',
      name: 'IP',
      value,
    })),
  })
  expect(prescribedAddresses(facts).map(({ address }) => address)).toEqual(['10.0.0.21'])
})

test.each<[string, string, boolean]>([
  ['a bridge of Docker', '172.17.0.1', true],
  ['of another of its networks', '172.25.0.1/16', true],
  ['a container in such a network', '172.25.0.9', false],
  ['a private network that Docker does not use', '172.16.0.1', false],
  ['the guest of a NAT adapter', '10.0.2.15', true],
  ['its neighbour', '10.0.2.16', false],
  ['link-local', '169.254.7.9', true],
  ['an ordinary gateway', '192.168.1.1', false],
])('%s', (_, address, expected) => {
  expect(unreachableAddress(address) !== undefined).toBe(expected)
})

test('gateways are mostly the first or the last of a network', () => {
  expect(['10.0.0.1', '10.0.0.254/24', '10.0.0.11'].map(isNumberedAsGateway)).toEqual([true, true, false])
})
