import { describe, expect, test } from 'vitest'
import { coversPort, endpointOfChain, isBlanket, managerOf, refusalsOfForwarded } from '#cluster/refusals.ts'
import type { FilterRuleRow } from '#cluster/relations.ts'

const rule = (more: Partial<FilterRuleRow> = {}): FilterRuleRow => ({
  node: 'w1',
  backend: 'legacy',
  family: 4,
  table: 'filter',
  chain: 'FORWARD',
  position: 3,
  target: 'REJECT',
  ...more,
})
const lastWord = (position: number, more: Partial<FilterRuleRow> = {}): FilterRuleRow =>
  rule({
    position,
    target: 'ACCEPT',
    comment: 'Policy explicitly accepted packet.',
    conditions: 'mark match 0x1',
    ...more,
  })

describe('refusalsOfForwarded', () => {
  test.each<[string, readonly FilterRuleRow[], number]>([
    ['a REJECT of everything, nothing else shown', [rule()], 1],
    ['before Calico’s last word', [rule(), lastWord(4)], 1],
    ['behind Calico’s last word, which has accepted', [rule(), lastWord(2)], 0],
    ['Calico’s last word stands on another node', [rule(), lastWord(2, { node: 'w2' })], 1],
    ['of one source only', [rule({ source: '10.9.0.0/16' })], 0],
    ['of invalid packets only', [rule({ target: 'DROP', conditions: 'ctstate INVALID' })], 0],
    ['of packets to this host, not of forwarded ones', [rule({ chain: 'INPUT' })], 0],
    [
      'in firewalld’s own table, whatever iptables accepts',
      [rule({ table: 'firewalld', chain: 'filter_FORWARD', family: 'inet' }), lastWord(1)],
      1,
    ],
  ])('%s', (_, rules, count) => expect(refusalsOfForwarded(rules)).toHaveLength(count))
})

test.each<[string, Parameters<typeof managerOf>[0], ReturnType<typeof managerOf>]>([
  ['firewalld’s table of nft', { table: 'firewalld', chain: 'filter_FWD_public' }, 'firewalld'],
  [
    'firewalld through iptables',
    { table: 'filter', chain: 'FORWARD', target: 'FORWARD_IN_ZONES' },
    'firewalld',
  ],
  ['a jump to ufw’s chain', { table: 'filter', chain: 'FORWARD', target: 'ufw-before-forward' }, 'ufw'],
  ['Calico', { table: 'filter', chain: 'FORWARD', target: 'cali-FORWARD' }, undefined],
  ['kube-proxy', { table: 'filter', chain: 'KUBE-FORWARD' }, undefined],
])('managerOf %s', (_, row, manager) => expect(managerOf(row)).toBe(manager))

test.each<[string, number, boolean]>([
  ['4789', 4789, true],
  ['4000:5000', 4789, true],
  ['4000-5000', 4789, true],
  ['53,4789', 4789, true],
  ['4790', 4789, false],
  ['', 4789, false],
])('ports %s hold %i: %s', (ports, port, expected) => expect(coversPort(ports, port)).toBe(expected))

test('a rule that names a set is no blanket', () => {
  expect(isBlanket(rule())).toBe(true)
  expect(isBlanket(rule({ set: '!cali40all-hosts-net' }))).toBe(false)
})

test.each<[string, ReturnType<typeof endpointOfChain>]>([
  ['cali-th-eth0', 'host'],
  ['filter-cali-fw-cali0ef24b1aa10', 'pod'],
  ['cali-pi-default.deny', 'policy'],
  ['cali-FORWARD', undefined],
  ['KUBE-FORWARD', undefined],
])('endpointOfChain(%s)', (chain, expected) => expect(endpointOfChain(chain)).toBe(expected))
