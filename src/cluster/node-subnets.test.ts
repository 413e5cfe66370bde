import { expect, test } from 'vitest'
import { calicoTrafficIn, nodeAddresses, nodeNetworks, speaksOfNodes } from '#cluster/node-subnets.ts'
import { factsOf } from '#cluster/testing/facts.ts'

test('addresses of nodes come from whatever shows them', () => {
  const facts = factsOf({
    workers: [{ id: 'kube-1', state: 'normal', node: '10.1.1.4' }],
    messages: [
      { message: { id: 'health/bgp-not-established', params: { peers: '10.1.2.5,10.1.2.6' } }, count: 1 },
    ],
  })
  expect(nodeAddresses(facts)).toEqual(['10.1.1.4', '10.1.2.5', '10.1.2.6'])
  expect(nodeNetworks(nodeAddresses(facts))).toEqual(['10.1.1', '10.1.2'])
})

test.each<[string | undefined, boolean]>([
  [undefined, true],
  ['0.0.0.0/0', true],
  ['10.1.1.0/24', true],
  ['192.0.2.0/24', false],
])('a rule for %s speaks of a node at 10.1.1.4: %s', (range, expected) => {
  expect(speaksOfNodes(range, ['10.1.1.4'])).toBe(expected)
})

test.each<[string | undefined, number | undefined, number | undefined, string | undefined]>([
  [undefined, undefined, undefined, 'everything'],
  ['all', undefined, undefined, 'everything'],
  ['tcp', 179, 179, 'BGP (TCP 179)'],
  ['tcp', 1, 65_535, 'BGP (TCP 179)'],
  ['tcp', 443, 443, undefined],
  ['udp', 4000, 5000, 'VXLAN (UDP 4789)'],
  ['4', undefined, undefined, 'IP-in-IP (protocol 4)'],
  ['94', undefined, undefined, undefined],
  ['icmp', undefined, undefined, undefined],
])('protocol %s, ports %s to %s: %s', (protocol, portMin, portMax, expected) => {
  expect(calicoTrafficIn({ protocol, portMin, portMax })).toBe(expected)
})
