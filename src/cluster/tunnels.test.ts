import { describe, expect, test } from 'vitest'
import type { LinkRow } from '#cluster/relations.ts'
import { isCard, isTunnelUp, tunnelNamed } from '#cluster/tunnels.ts'

const link = (name: string, more: Partial<LinkRow> = {}): LinkRow => ({
  node: 'w1',
  name,
  in: 'host',
  flags: ['UP'],
  ...more,
})

test.each([
  ['tunl0', 20],
  ['vxlan.calico', 50],
  ['vxlan-v6.calico', 70],
  ['wireguard.cali', 60],
  ['flannel.1', undefined],
  ['eth0', undefined],
])('%s takes %s bytes', (name, bytes) => expect(tunnelNamed(name)?.overheadBytes).toBe(bytes))

describe('isTunnelUp', () => {
  test.each<[string, Partial<LinkRow>, boolean]>([
    ['with an address', { addresses: ['10.64.3.0/32'] }, true],
    ['addresses were not shown', {}, true],
    ['the one that the kernel makes', { flags: ['NOARP'], addresses: [] }, false],
    ['up without any address', { addresses: [] }, false],
    ['up with a link-local address alone', { addresses: ['fe80::1/64'] }, false],
  ])('%s', (_, more, expected) => expect(isTunnelUp(link('tunl0', more))).toBe(expected))
})

test.each<[LinkRow, boolean]>([
  [link('eth0'), true],
  [link('bond0.120'), true],
  [link('br-ex'), true],
  [link('docker0'), false],
  [link('cali0123456789a'), false],
  [link('tunl0'), false],
  [link('wg1'), false],
  [link('eth0', { in: 'pod' }), false],
])('$name is a card', (row, expected) => expect(isCard(row)).toBe(expected))
