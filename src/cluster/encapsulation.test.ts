import { describe, expect, test } from 'vitest'
import { encapsulationNamed } from '#cluster/encapsulation/kinds.ts'
import { encapsulationsTold, isNever, leavesCrossSubnet } from '#cluster/encapsulation.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'

const env = (name: string, value: string) => ({ of: 'env' as const, name, value })
const pool = (encapsulation: 'none' | 'ipip' | 'vxlan-cross-subnet', disabled = false) => ({
  name: 'p',
  cidr: '10.60.0.0/16',
  disabled,
  encapsulation,
})

describe('encapsulationsTold', () => {
  test.each<[string, Table, readonly string[]]>([
    ['a pool', { ipPools: [pool('vxlan-cross-subnet')] }, ['vxlan across subnets']],
    ['a pool that is off', { ipPools: [pool('ipip', true)] }, []],
    [
      'the variables of the first start',
      { settings: [env('CALICO_IPV4POOL_IPIP', 'CrossSubnet')] },
      ['ipip across subnets'],
    ],
    [
      'the variables where the pool is known',
      { ipPools: [pool('none')], settings: [env('CALICO_IPV4POOL_IPIP', 'Always')] },
      ['none'],
    ],
    ['never is nothing', { settings: [env('CALICO_IPV4POOL_IPIP', 'Never')] }, []],
    [
      'the operator’s word',
      { settings: [{ of: 'Installation', name: 'calicoNetwork.ipPools.encapsulation', value: 'IPIP' }] },
      ['ipip'],
    ],
    [
      'kOps',
      {
        settings: [
          { of: 'other', name: 'encapsulationMode', value: 'vxlan' },
          { of: 'other', name: 'crossSubnet', value: 'true' },
        ],
      },
      ['vxlan across subnets'],
    ],
    [
      'people’s words',
      { settings: [{ of: 'other', in: 'told', name: 'encapsulation', value: 'IPIPCrossSubnet' }] },
      ['ipip across subnets'],
    ],
    ['the back-end without BGP', { settings: [env('calico_backend', 'vxlan')] }, ['vxlan']],
    [
      'a tunnel that is up',
      { links: [{ node: 'w', in: 'host', name: 'tunl0', flags: ['UP'], addresses: ['10.60.1.0/32'] }] },
      ['ipip'],
    ],
    [
      'the tunnel that the kernel makes',
      { links: [{ node: 'w', in: 'host', name: 'tunl0', flags: ['NOARP'], addresses: [] }] },
      [],
    ],
    [
      'a route into a tunnel',
      {
        routes: [
          {
            node: 'w',
            in: 'host',
            family: 4,
            destination: '10.60.2.0/26',
            type: 'unicast',
            dev: 'vxlan.calico',
          },
        ],
      },
      ['vxlan'],
    ],
  ])('%s', (_, table, expected) => {
    const told = encapsulationsTold(factsOf(table))
    expect(told.map(({ kind, isCrossSubnet }) => `${kind}${isCrossSubnet ? ' across subnets' : ''}`)).toEqual(
      expected,
    )
  })
})

test('what is not known is not "never"', () => {
  expect(isNever(factsOf({}), 'ipip')).toBe(false)
  expect(isNever(factsOf({ ipPools: [pool('none')] }), 'ipip')).toBe(true)
  expect(isNever(factsOf({ ipPools: [pool('ipip')] }), 'ipip')).toBe(false)
})

test.each([
  ['VXLANCrossSubnet', 'vxlan', true],
  ['IP-in-IP', 'ipip', false],
  ['none', 'none', false],
  ['Always', undefined, undefined],
  [undefined, undefined, undefined],
])('%s', (text, kind, isCrossSubnet) => {
  expect(encapsulationNamed(text)?.kind).toBe(kind)
  expect(encapsulationNamed(text)?.isCrossSubnet).toBe(isCrossSubnet)
})

test.each<[string | undefined, string, boolean, boolean]>([
  ['CrossSubnet', 'Always', false, true],
  ['VXLANCrossSubnet', 'VXLAN', false, true],
  ['IPIPCrossSubnet', 'VXLAN', false, true],
  [undefined, 'VXLAN', true, true],
  [undefined, 'VXLAN', false, false],
  ['IPIP', 'VXLAN', true, false],
  ['VXLANCrossSubnet', 'None', true, false],
  ['Always', 'CrossSubnet', false, false],
])('from %s to %s, cross-subnet known: %s', (before, after, isKnown, expected) => {
  const row = {
    act: 'change-encapsulation' as const,
    outcome: 'cured' as const,
    after,
    ...(before && { before }),
  }
  expect(leavesCrossSubnet(row, isKnown)).toBe(expected)
})
