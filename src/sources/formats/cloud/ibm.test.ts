import { expect, test } from 'vitest'
import { parseAccountSwitches, parseWorkers } from '#sources/formats/cloud/ibm-account.ts'
import {
  parseAcls,
  parseEndpointGateways,
  parseGroupRules,
  parseRoutes,
} from '#sources/formats/cloud/ibm-vpc.ts'

test.each([
  ['account show', 'Account ID:   0f1e\nVRF Enabled:                true\n', [['vrf', 'true']]],
  [
    'cluster get',
    'Name:   shop\nPrivate Service Endpoint URL:   https://166.9.48.12:30526\n',
    [['private-service-endpoint-url', 'https://166.9.48.12:30526']],
  ],
  ['a cluster without', 'Private Service Endpoint URL:   -\n', [['private-service-endpoint-url', '-']]],
  ['vlan spanning get', 'OK\nVLAN spanning:   disabled\n', [['vlan-spanning', 'disabled']]],
  ['something else', 'FAILED\nNo API endpoint set.\n', []],
])('switches of an account: %s', (_, out, expected) => {
  expect(parseAccountSwitches(out).map(({ name, value }) => [name, value])).toEqual(expected)
})

test('a worker is as its health says once it is delivered, and as far as the work on it is before', () => {
  const worker = {
    id: 'kube-c1-shop-default-000001a3',
    health: { state: 'critical', message: 'Not Ready' },
    networkInterfaces: [{ ipAddress: '10.240.0.4', subnetID: '0717-a' }],
  }
  const states = ['deployed', 'reloading'].map((actualState) => ({ ...worker, lifecycle: { actualState } }))
  expect(parseWorkers(states)?.map(({ state, node, vlan }) => [state, node, vlan])).toEqual([
    ['critical', '10.240.0.4', '0717-a'],
    ['reloading', '10.240.0.4', '0717-a'],
  ])
  expect(parseWorkers({ incidentID: 'x', code: 'E0003' })).toBeUndefined()
})

test('a rule of a group names a group, a network or an address at the other end', () => {
  const rule = { direction: 'inbound', ip_version: 'ipv4' }
  expect(
    parseGroupRules('kube-c1', [
      { ...rule, protocol: 'icmp_tcp_udp', remote: { name: 'kube-c1', id: 'r006-1' } },
      { ...rule, protocol: 'tcp', port_min: 179, port_max: 179, remote: { cidr_block: '10.0.0.0/8' } },
    ])?.map(({ protocol, portMin, remote }) => [protocol, portMin, remote]),
  ).toEqual([
    ['all', undefined, 'kube-c1'],
    ['tcp', 179, '10.0.0.0/8'],
  ])
})

test('an endpoint gateway has its states, and the groups that guard it', () => {
  const ok = { health_state: 'ok', lifecycle_state: 'stable' }
  const listed = [
    { name: 'iks-c1', ...ok, security_groups: [{ id: 'r006-1', name: 'kube-vpegw-c1' }] },
    { name: 'of old', ...ok, security_groups: [] },
  ]
  expect(parseEndpointGateways(listed)).toEqual([
    { name: 'iks-c1', health: 'ok', lifecycle: 'stable', groups: ['kube-vpegw-c1'] },
    { name: 'of old', health: 'ok', lifecycle: 'stable' },
  ])
})

test('only lists that a worker’s subnet has count', () => {
  const rules = [
    { action: 'deny', direction: 'inbound', protocol: 'all', source: '0.0.0.0/0', destination: '0.0.0.0/0' },
  ]
  const acls = ['0717-a', '0727-b'].map((id) => ({ name: `of ${id}`, subnets: [{ id }], rules }))
  expect(parseAcls(acls, { subnets: ['0727-b'] })?.map(({ group }) => group)).toEqual(['of 0727-b'])
})

test('a route that drops has the next hop that the API gives it', () => {
  const route = { action: 'drop', destination: '10.240.64.0/25', next_hop: { address: '0.0.0.0' } }
  expect(parseRoutes('main', [route])).toEqual([
    { kind: 'route', group: 'main', action: 'drop', destination: '10.240.64.0/25', nextHop: '0.0.0.0' },
  ])
})
