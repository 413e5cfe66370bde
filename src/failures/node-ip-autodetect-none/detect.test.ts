import { describe, expect, test } from 'vitest'
import type { MessageRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/node-ip-autodetect-none/index.ts'
import { node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = (line: string): string => `2025-03-04 05:06:07.890 [WARNING][9] startup/startup.go 505: ${line}`
const method = (value: string): string =>
  `        env:\n        - name: IP_AUTODETECTION_METHOD\n          value: "${value}"`
const link = (name: string, address: string): string =>
  [
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN group default qlen 1000',
    '    inet 127.0.0.1/8 scope host lo',
    '       valid_lft forever preferred_lft forever',
    `2: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000`,
    '    link/ether 52:54:00:0a:0b:0c brd ff:ff:ff:ff:ff:ff',
    `    inet ${address} brd 10.77.0.255 scope global ${name}`,
    '       valid_lft forever preferred_lft forever',
  ].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'no interface fits the pattern',
      log(
        'Unable to auto-detect an IPv4 address using interface regexes [ens.*]: no valid host interfaces found',
      ),
      'confirmed',
    ],
    [
      'no address in the range',
      log(
        'Unable to auto-detect an IPv4 address using interface cidr 10.9.0.0/16: no valid IPv4 addresses found on the host interfaces',
      ),
      'confirmed',
    ],
    [
      'a destination of the other family',
      log(
        'Unable to auto-detect IPv4 address by connecting to fd00:77::1: dial udp4: address fd00:77::1: no suitable address found',
      ),
      'confirmed',
    ],
    ['a bare interface is no method', log('Invalid IP autodetection method: bond0'), 'confirmed'],
    [
      'an address in the environment that is none',
      log('Environment does not contain a valid IPv4 address: IP=10.77.0.300'),
      'confirmed',
    ],
    [
      'start-up gives up: no address of any family',
      log('No IPv4 or IPv6 addresses configured or detected, required for Calico networking'),
      'likely',
    ],
    ['the method in the DaemonSet does not exist', method('eth2'), 'likely'],
    ['can-reach with an address of IPv6', method('can-reach=fd00:77::1'), 'likely'],
    [
      'the method fits no interface of the host',
      `${method('interface=eth.*')}\n\n${link('bond0', '10.77.0.11/24')}`,
      'likely',
    ],
    [
      'first-found of old takes a wireless card for loopback',
      `${method('first-found')}\n\n${link('wlo1', '10.77.0.11/24')}`,
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without its own error a start-up that ends is not this', () => {
    const end = `${log('Terminating')}\nCalico node failed to start`
    expect(foundIn(`${log('Invalid IP autodetection method: bond0')}\n${end}`, mode)).toBe('confirmed')
    expect(foundIn(end, mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['an address was found', log('Using autodetected IPv4 address on interface ens3: 10.77.0.11/24')],
    ['the only card with an address fits', `${method('interface=ens.*')}\n\nOnly ens3 has an IPv4 address.`],
    ['a method that fits', `${method('interface=ens.*')}\n\n${link('ens3', '10.77.0.11/24')}`],
    ['a method that asks Kubernetes', method('kubernetes-internal-ip')],
    ['a range', method('cidr=10.77.0.0/24')],
    ['another node has the address', log("Calico node 'beta' is already using the IPv4 address 10.77.0.12.")],
    [
      'it failed and was found at the next start',
      `${log('Unable to auto-detect an IPv4 address: no valid host interfaces found')}\nCalico node started successfully`,
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('a stored address is kept: the start goes on', () => {
    const failed = log('Unable to auto-detect an IPv4 address: no valid host interfaces found')
    const kept = log('Autodetection of IPv4 address failed, keeping existing value: 10.77.0.11/24')
    expect(foundIn(failed, mode)).toBe('confirmed')
    expect(foundIn(`${failed}\n${kept}`, mode)).not.toBe('confirmed')
  })
})

test('while start-up fails before it looks for an address, a node is not called clear', () => {
  const refused = { id: 'startup/datastore-retry', params: { error: 'connection is unauthorized' } } as const
  const found = { id: 'startup/address-autodetected', params: {} } as const
  const unknownAfter = (...messages: readonly MessageRow['message'][]): number =>
    diagnose(
      factsOf(
        { nodes: [node('w1')], messages: messages.map((message) => ({ message, node: 'w1', count: 1 })) },
        { complete: ['nodes', 'messages', 'settings'] },
      ),
      [mode],
    ).unknown.length
  expect(unknownAfter()).toBe(0)
  expect(unknownAfter(refused)).toBe(1)
  expect(unknownAfter(refused, found)).toBe(0)
})
