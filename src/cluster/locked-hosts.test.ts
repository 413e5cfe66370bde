import { expect, test } from 'vitest'
import { lockedHosts } from '#cluster/locked-hosts.ts'
import type { HostEndpointRow, PolicyRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const endpoint: HostEndpointRow = { name: 'w1-eth0', node: 'w1', expectedIps: ['10.0.0.21'], labels: {} }
const policy = (selector: string, kind = 'GlobalNetworkPolicy'): PolicyRow => ({
  kind,
  name: 'p',
  selector,
  types: ['Ingress', 'Egress'],
  rules: [{ direction: 'Ingress', action: 'Allow' }],
})

const lockedOf = (one: HostEndpointRow, policies: readonly PolicyRow[], complete = ['policies'] as const) =>
  lockedHosts(factsOf({ hostEndpoints: [one], policies }, { complete: [...complete] })).map(
    ({ name }) => name,
  )

test.each<readonly [string, HostEndpointRow, readonly PolicyRow[], readonly string[]]>([
  ['without a policy it is locked', endpoint, [], ['w1-eth0']],
  ['a policy for others does not open it', endpoint, [policy("role == 'worker'")], ['w1-eth0']],
  ['a policy of pods does not select hosts', endpoint, [policy('', 'NetworkPolicy')], ['w1-eth0']],
  ['a staged policy opens nothing', endpoint, [policy('all()', 'StagedGlobalNetworkPolicy')], ['w1-eth0']],
  ['a policy that selects it decides itself', endpoint, [policy('all()')], []],
  [
    'by its label a policy knows it',
    { ...endpoint, labels: { role: 'worker' } },
    [policy("role == 'worker'")],
    [],
  ],
  ['its profile allows', { ...endpoint, profiles: ['projectcalico-default-allow'] }, [], []],
  ['a selector that cannot be read may select it', endpoint, [policy('role ==')], []],
])('%s', (_, one, policies, expected) => {
  expect(lockedOf(one, policies)).toEqual(expected)
})

test('while policies are not all read, nobody is called locked', () => {
  const partly = factsOf({ hostEndpoints: [endpoint], policies: [] })
  expect(lockedHosts(partly)).toEqual([])
})
