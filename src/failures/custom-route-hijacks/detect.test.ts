import { describe, expect, test } from 'vitest'
import type { CloudRuleRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/custom-route-hijacks/index.ts'

const route = (
  destination: string,
  nextHop = '10.9.0.1',
  more: Partial<CloudRuleRow> = {},
): CloudRuleRow => ({
  kind: 'route',
  group: 'rt-1',
  action: 'deliver',
  destination,
  nextHop,
  ...more,
})
const pools = [{ name: 'p', cidr: '172.17.0.0/18', disabled: false, encapsulation: 'ipip' as const }]
const nodes = ['10.240.0.4', '10.240.0.5'].map((internalIp) => ({
  name: internalIp,
  internalIp,
  unschedulable: false,
  conditions: [],
  taints: [],
  labels: {},
}))

const verdictOn = (table: Table): string => {
  const { causes } = diagnose({ ...factsOf(table), isComplaint: true }, [mode])
  return causes[0]?.confidence ?? 'not found'
}

test.each<[string, Table]>([
  ['pods’ addresses go to an appliance', { ipPools: pools, cloudRules: [route('172.17.0.0/16')] }],
  [
    'nodes’ addresses are dropped',
    { nodes, cloudRules: [route('10.240.0.0/24', '0.0.0.0', { action: 'drop' })] },
  ],
])('found: %s', (_, table) => {
  expect(verdictOn(table)).toBe('confirmed')
})

describe('near misses', () => {
  test.each<[string, Table]>([
    ['the default route', { nodes, cloudRules: [route('0.0.0.0/0')] }],
    ['a route to an office network', { nodes, ipPools: pools, cloudRules: [route('192.0.2.0/24')] }],
    [
      'routes of pods to their nodes, as without encapsulation',
      { nodes, ipPools: pools, cloudRules: [route('172.17.0.64/26', '10.240.0.5')] },
    ],
    [
      'a delegated route',
      { nodes, ipPools: pools, cloudRules: [route('172.17.0.0/16', '0.0.0.0', { action: 'delegate' })] },
    ],
    [
      'a rule of an ACL',
      { ipPools: pools, cloudRules: [route('172.17.0.0/16', '10.9.0.1', { kind: 'network-acl' })] },
    ],
    [
      'a usual range of pods where nothing is known of this cluster’s',
      { cloudRules: [route('172.30.0.0/16')] },
    ],
  ])('%s', (_, table) => {
    expect(verdictOn(table)).toBe('not found')
  })
})
