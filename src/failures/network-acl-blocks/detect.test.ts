import { describe, expect, test } from 'vitest'
import type { CloudRuleRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/network-acl-blocks/index.ts'

const rule = (more: Partial<CloudRuleRow>): CloudRuleRow => ({
  kind: 'network-acl',
  group: 'acl-1',
  direction: 'inbound',
  action: 'deny',
  protocol: 'tcp',
  portMin: 179,
  portMax: 179,
  remote: '10.240.0.0/18',
  destination: '10.240.64.0/18',
  ...more,
})
const nodes = ['10.240.0.4', '10.240.64.4'].map((internalIp) => ({
  name: internalIp,
  internalIp,
  unschedulable: false,
  conditions: [],
  taints: [],
  labels: {},
}))
const {
  portMin: _a,
  portMax: _b,
  ...whole
} = rule({ protocol: 'all', remote: '0.0.0.0/0', destination: '0.0.0.0/0' })
const allowAll: CloudRuleRow = { ...whole, action: 'allow' }

const verdictOn = (table: Table): string => {
  const { causes } = diagnose({ ...factsOf(table), isComplaint: true }, [mode])
  return causes[0]?.confidence ?? 'not found'
}

test.each<[string, Table, string]>([
  ['a rule denies BGP between the nodes’ subnets', { nodes, cloudRules: [rule({}), allowAll] }, 'confirmed'],
  ['the same where nobody knows the nodes', { cloudRules: [rule({}), allowAll] }, 'likely'],
  [
    'VXLAN on its way out',
    { nodes, cloudRules: [rule({ protocol: 'udp', portMin: 4789, portMax: 4789, direction: 'outbound' })] },
    'confirmed',
  ],
  ['the last rule denies all and none before allows all', { nodes, cloudRules: [whole] }, 'confirmed'],
])('found: %s', (_, table, expected) => {
  expect(verdictOn(table)).toBe(expected)
})

describe('near misses', () => {
  test.each<[string, Table]>([
    ['the usual last rule behind one that allows all', { nodes, cloudRules: [allowAll, whole] }],
    ['other networks are denied', { nodes, cloudRules: [rule({ remote: '192.0.2.0/24' })] }],
    ['another port is denied', { nodes, cloudRules: [rule({ portMin: 22, portMax: 22 })] }],
    ['BGP is allowed', { nodes, cloudRules: [rule({ action: 'allow' })] }],
    ['a security group', { nodes, cloudRules: [rule({ kind: 'security-group' })] }],
  ])('%s', (_, table) => {
    expect(verdictOn(table)).toBe('not found')
  })
})
