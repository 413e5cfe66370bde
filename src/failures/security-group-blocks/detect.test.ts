import { describe, expect, test } from 'vitest'
import type { CloudRuleRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/security-group-blocks/index.ts'

const group = 'kube-c0ffee0c0ffee'
const rule = (more: Partial<CloudRuleRow>): CloudRuleRow => ({
  kind: 'security-group',
  group,
  direction: 'inbound',
  action: 'allow',
  protocol: 'all',
  ...more,
})
const nodePorts = rule({ protocol: 'tcp', portMin: 30_000, portMax: 32_767, remote: '0.0.0.0/0' })
const outbound = rule({ direction: 'outbound', remote: '0.0.0.0/0' })
const self = rule({ remote: group })
const nodes = [
  { name: 'a', internalIp: '10.240.0.4', unschedulable: false, conditions: [], taints: [], labels: {} },
]

const verdictOn = (table: Table): string => {
  const { causes } = diagnose({ ...factsOf(table), isComplaint: true }, [mode])
  return causes[0]?.confidence ?? 'not found'
}

test.each<[string, Table, string]>([
  ['the workers’ group has lost its rule for itself', { cloudRules: [nodePorts, outbound] }, 'confirmed'],
  [
    'it lets in BGP only',
    { cloudRules: [nodePorts, rule({ protocol: 'tcp', portMin: 179, portMax: 179, remote: group })] },
    'confirmed',
  ],
  [
    'it lets the nodes in, and none of them out (from 1.30 on both are needed)',
    { cloudRules: [self, rule({ direction: 'outbound', remote: '161.26.0.0/16' })] },
    'confirmed',
  ],
])('found: %s', (_, table, expected) => {
  expect(verdictOn(table)).toBe(expected)
})

describe('near misses', () => {
  test.each<[string, Table]>([
    ['the rule for itself is there', { cloudRules: [nodePorts, outbound, self] }],
    ['everybody may come in', { cloudRules: [rule({ remote: '0.0.0.0/0' })] }],
    ['the nodes’ network may come in', { nodes, cloudRules: [rule({ remote: '10.240.0.0/18' })] }],
    ['only outbound rules were shown', { cloudRules: [outbound] }],
    ['a group of somebody’s own beside the workers’', { cloudRules: [{ ...nodePorts, group: 'my-web' }] }],
    ['the group of an endpoint gateway', { cloudRules: [{ ...nodePorts, group: 'kube-vpegw-c0ffee' }] }],
    ['an ACL without allow rules', { cloudRules: [{ ...nodePorts, kind: 'network-acl' }] }],
  ])('%s', (_, table) => {
    expect(verdictOn(table)).toBe('not found')
  })
})
