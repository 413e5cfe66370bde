import { describe, expect, test } from 'vitest'
import {
  bareAddress,
  familyOf,
  holds,
  isNetworkAddress,
  isRoutable,
  isSameSubnet,
  oddInterface,
  overlaps,
} from '#cluster/addresses.ts'

test.each([
  ['10.0.0.21/24', '10.0.0.21'],
  ['10.0.0.21:5473', '10.0.0.21'],
  ['[fd00::1]:5473', 'fd00::1'],
  ['fd00::1/64', 'fd00::1'],
])('the address of %s', (text, expected) => {
  expect(bareAddress(text)).toBe(expected)
})

test.each<[string, boolean]>([
  ['10.0.0.0/24', true],
  ['10.0.0.1/24', false],
  ['10.0.0.4/31', true],
  ['10.0.0.5/31', false],
  ['10.0.0.4/32', false],
  ['10.0.0.4', false],
  ['fd00::/64', false],
])('%s is the address of its subnet: %s', (cidr, expected) => {
  expect(isNetworkAddress(cidr)).toBe(expected)
})

describe('ranges', () => {
  test.each<[string, string, boolean]>([
    ['192.168.0.0/16', '192.168.4.7', true],
    ['192.168.0.0/16', '192.168.4.7/24', true],
    ['192.168.0.0/16', '192.169.0.1', false],
    ['fd00::/8', 'fd12::9', true],
    ['fd00::/8', '10.0.0.1', false],
    ['nonsense', '10.0.0.1', false],
    ['10.0.0.0/99', '10.0.0.1', false],
  ])('%s holds %s: %s', (cidr, address, expected) => {
    expect(holds(cidr, address)).toBe(expected)
  })

  test.each<[string, string, boolean]>([
    ['10.244.0.0/16', '10.244.3.0/24', true],
    ['10.244.3.0/24', '10.244.0.0/16', true],
    ['10.244.0.0/16', '10.245.0.0/16', false],
    ['10.0.0.0/8', 'fd00::/8', false],
  ])('%s and %s share addresses: %s', (a, b, expected) => {
    expect(overlaps(a, b)).toBe(expected)
  })

  test('one subnet is meant by both lengths', () => {
    expect(isSameSubnet('10.0.0.5/24', '10.0.0.9/24')).toBe(true)
    expect(isSameSubnet('10.0.0.5/24', '10.0.1.9/16')).toBe(false)
  })
})

test('families, and addresses that mean the same machine to nobody else', () => {
  expect([familyOf('10.0.0.1'), familyOf('fe80::1%eth0'), familyOf('eth0')]).toEqual([4, 6, undefined])
  expect(['127.0.0.1', 'fe80::1', '0.0.0.0', '10.0.0.1'].map(isRoutable)).toEqual([false, false, false, true])
})

describe('interfaces', () => {
  test.each([
    'docker0',
    'br-0123456789ab',
    'virbr0',
    'lxdbr0',
    'tun0',
    'wg0',
    'nodelocaldns',
    'kube-ipvs0',
    'cali0a1b2c',
    'tunl0',
    'cni0',
  ])('%s is no way to reach the node', (name) => {
    expect(oddInterface(name)).toBeDefined()
  })

  test.each([
    'eth0',
    'ens192',
    'enp3s0f1',
    'bond0',
    'bond0.120',
    'br0',
    'br-ex',
    'vmbr0',
    'wlan0',
    'wlp2s0',
    'ibmveth1',
    'team0',
  ])('%s may be a card', (name) => {
    expect(oddInterface(name)).toBeUndefined()
  })
})
