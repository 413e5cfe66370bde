import { describe, expect, test } from 'vitest'
import type { SettingRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'
import { handshakes, hasTunnelAddress, isWireguardOn, wireguardFamily } from '#cluster/wireguard.ts'

test.each([
  ['wireguard.cali', 4],
  ['wg-v6.cali', 6],
  ['wg0', undefined],
  [undefined, undefined],
] as const)('%s carries %s', (device, expected) => {
  expect(wireguardFamily(device)).toBe(expected)
})

describe('isWireguardOn', () => {
  const felix = (name: string, value: string): SettingRow => ({ of: 'FelixConfiguration', name, value })
  test.each<[string, readonly SettingRow[], 4 | 6 | undefined, boolean | undefined]>([
    ['nobody told', [], undefined, undefined],
    ['on', [felix('wireguardEnabled', 'true')], 4, true],
    ['on for the other family', [felix('wireguardEnabled', 'true')], 6, undefined],
    ['on for IPv6 by variable', [{ of: 'env', name: 'FELIX_WIREGUARDENABLEDV6', value: 'true' }], 6, true],
    ['off', [felix('wireguardEnabled', 'false')], undefined, false],
    [
      'the variable wins',
      [felix('wireguardEnabled', 'true'), { of: 'env', name: 'FELIX_WIREGUARDENABLED', value: 'false' }],
      4,
      false,
    ],
  ])('%s', (_, settings, family, expected) => {
    expect(isWireguardOn(factsOf({ settings }), family)).toBe(expected)
  })
})

test.each([
  [undefined, 4, undefined],
  [[], 4, false],
  [['10.42.3.9/32'], 4, true],
  [['10.42.3.9/32'], 6, false],
  [['fe80::1/64'], 6, false],
  [['fd00:1::9/128'], 6, true],
] as const)('addresses %j, IPv%i: %s', (addresses, family, expected) => {
  const link = {
    node: 'w1',
    name: 'wireguard.cali',
    in: 'host',
    flags: [],
    ...(addresses && { addresses }),
  } as const
  expect(hasTunnelAddress(link, family)).toBe(expected)
})

test('handshakes are those of wg show', () => {
  const row = (value: string): SettingRow => ({
    of: 'other',
    in: 'wireguard',
    name: `handshake with ${value}`,
    value,
  })
  const facts = factsOf({
    settings: [row('never'), row('9 seconds ago'), { of: 'other', name: 'x', value: 'never' }],
  })
  expect(
    handshakes(facts)
      .map(({ isDone }) => isDone)
      .toSorted(),
  ).toEqual([false, true])
})
