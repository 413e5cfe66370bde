import { expect, test } from 'vitest'
import { isListed, itemsOf, portsOf } from '#cluster/lists.ts'

test.each<[string, string, boolean]>([
  ['*', 'cali0123456789a', true],
  ['cali* tunl0', 'tunl0', true],
  ['en* eth*', 'vxlan.calico', false],
  ['!lo docker*', 'cali0123456789a', true],
  ['!cali* lo', 'cali0123456789a', false],
  ['vxlan?calico', 'vxlan.calico', true],
  ['*.calico', 'vxlan.calico', true],
  ['eth[01]', 'eth0', true],
  ['eth', 'eth0', false],
  ['', 'eth0', false],
])('%s takes in %s: %s', (list, name, expected) => expect(isListed(list, name)).toBe(expected))

test('items', () => {
  expect(itemsOf('a;b, c  d')).toEqual(['a', 'b', 'c', 'd'])
  expect(itemsOf(' ')).toEqual([])
})

test.each<[string, readonly number[]]>([
  ['tcp:22,udp:68', [22, 68]],
  ['tcp:0.0.0.0/0:179', [179]],
  ['6443', [6443]],
  ['none', []],
  ['[]', []],
])('ports of %s', (value, expected) => expect(portsOf(value)).toEqual(expected))
