import { describe, expect, test } from 'vitest'
import { backendOfVersion, backendUses, felixBackend } from '#cluster/packet-filters.ts'
import type { FilterChainRow, FilterRuleRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'

test.each([
  ['v1.8.7 (nf_tables)', 'nft'],
  ['v1.8.4 (legacy)', 'legacy'],
  ['v1.6.2', 'legacy'],
  ['v1.8.9', undefined],
])('iptables %s uses %s', (version, expected) => {
  expect(backendOfVersion({ of: 'iptables', version })).toBe(expected)
})

describe('backendUses', () => {
  const chain: FilterChainRow = { node: 'w1', backend: 'nft', family: 4, table: 'filter', chain: 'INPUT' }
  const rule: FilterRuleRow = { ...chain, position: 1, target: 'ACCEPT' }
  const usesOf = (filterChains: readonly FilterChainRow[], filterRules: readonly FilterRuleRow[]) =>
    backendUses(factsOf({ filterChains, filterRules })).map(({ backend, by }) => `${backend} ${by}`)

  test.each<[string, readonly FilterChainRow[], readonly FilterRuleRow[], readonly string[]]>([
    ['a chain of the kernel is nobody’s', [chain], [], []],
    ['Calico’s chain', [{ ...chain, chain: 'cali-INPUT' }], [], ['nft Calico']],
    [
      'a jump to Calico’s chain',
      [],
      [{ ...rule, backend: 'legacy', target: 'cali-INPUT' }],
      ['legacy Calico'],
    ],
    ['kubelet’s hint', [{ ...chain, table: 'mangle', chain: 'KUBE-IPTABLES-HINT' }], [], ['nft Kubernetes']],
    ['another program’s rule', [], [rule], ['nft others']],
    ['firewalld’s own table', [], [{ ...rule, family: 'inet', table: 'firewalld' }], []],
    ['Calico’s nftables', [{ ...chain, table: 'calico', chain: 'filter-cali-INPUT' }], [], []],
    ['a back-end that nobody named', [{ ...chain, backend: 'unknown', chain: 'cali-INPUT' }], [], []],
  ])('%s', (_, chains, rules, expected) => {
    expect(usesOf(chains, rules)).toEqual(expected)
  })
})

describe('felixBackend', () => {
  test.each([
    ['told on the DaemonSet', [{ of: 'env', name: 'FELIX_IPTABLESBACKEND', value: 'NFT' }], 'nft'],
    [
      'told in FelixConfiguration',
      [{ of: 'FelixConfiguration', name: 'iptablesBackend', value: 'Legacy' }],
      'legacy',
    ],
    ['left to Felix', [{ of: 'env', name: 'FELIX_IPTABLESBACKEND', value: 'Auto' }], undefined],
    ['not told', [], undefined],
  ] as const)('%s', (_, settings, expected) => {
    expect(felixBackend(factsOf({ settings: [...settings] }))?.backend).toBe(expected)
  })
})
