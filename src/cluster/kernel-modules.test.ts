import { describe, expect, test } from 'vitest'
import { isOptionalCheck, isTargetExtension, isTunnelUsed, useOfModule } from '#cluster/kernel-modules.ts'
import { factsOf } from '#cluster/testing/facts.ts'

describe('useOfModule', () => {
  test.each([
    ['ip_set', 'ip-sets'],
    ['ip_set_hash_net', 'ip-sets'],
    ['xt_set', 'ip-sets'],
    ['ip6t-rpfilter', 'iptables'],
    ['ip6_tables', 'iptables'],
    ['ipip', 'ipip'],
    ['vxlan', 'vxlan'],
    ['wireguard', undefined],
    ['br_netfilter', undefined],
    ['nf_conntrack_proto_sctp', undefined],
    ['ip_vs', undefined],
  ] as const)('%s', (name, expected) => {
    expect(useOfModule(name)).toBe(expected)
  })
})

test.each([
  ['ipt_set', true],
  ['xt_icmp6', true],
  ['vfio-pci', true],
  ['xt_set', false],
  ['ip_tables', false],
])('what checksystem says of %s proves nothing: %s', (name, expected) => {
  expect(isOptionalCheck(name)).toBe(expected)
})

test.each([
  ['MARK', true],
  ['cali-FORWARD', false],
  ['KUBE-MARK-MASQ', false],
])('%s is an extension: %s', (target, expected) => {
  expect(isTargetExtension(target)).toBe(expected)
})

describe('isTunnelUsed', () => {
  const pool = { name: 'p', cidr: '10.9.0.0/16', disabled: false } as const
  test.each([
    ['no pool is known', [], 'vxlan', undefined],
    ['a pool with VXLAN', [{ ...pool, encapsulation: 'vxlan-cross-subnet' as const }], 'vxlan', true],
    ['a pool with IP-in-IP only', [{ ...pool, encapsulation: 'ipip' as const }], 'vxlan', false],
    [
      'a pool that is disabled',
      [{ ...pool, disabled: true, encapsulation: 'vxlan' as const }],
      'vxlan',
      undefined,
    ],
    ['iptables are no tunnel', [{ ...pool, encapsulation: 'ipip' as const }], 'iptables', undefined],
  ] as const)('%s', (_, ipPools, use, expected) => {
    expect(isTunnelUsed(factsOf({ ipPools: [...ipPools] }), use)).toBe(expected)
  })
})
