import { describe, expect, test } from 'vitest'
import { factsOf } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/wireguard-broken/index.ts'

const log = '2025-03-04 05:06:07.890 [WARNING][77] felix/'
const on = 'wireguardEnabled: true'
const device = `12: wireguard.cali: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1440 qdisc noqueue state UNKNOWN qlen 500
    link/none`
const address =
  '    inet 10.42.3.9/32 scope global wireguard.cali\n       valid_lft forever preferred_lft forever'
const typha = `${log}daemon.go 488: Failed to connect to Typha. Retrying... error=dial tcp 10.0.0.9:5473: i/o timeout`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['a device without an address', `${on}\n\n${device}`, 'confirmed'],
    ['a device without an address, and nobody says that it is on', device, 'likely'],
    [
      'an IPv6 device with an address of its link only',
      'FELIX_WIREGUARDENABLEDV6=true\n\n13: wg-v6.cali: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420 qdisc noqueue state UNKNOWN qlen 500\n    link/none\n    inet6 fe80::9/64 scope link\n       valid_lft forever preferred_lft forever',
      'confirmed',
    ],
    [
      'a kernel without WireGuard',
      `${log}wireguard.go 300: Wireguard is not supported error=operation not supported`,
      'confirmed',
    ],
    [
      'modprobe on the host',
      `${on}\n\n$ modprobe wireguard\nmodprobe: FATAL: Module wireguard not found in directory /lib/modules/5.4.0-42-generic`,
      'confirmed',
    ],
    [
      'routes over a device that is not there',
      `${log}route_table.go 600: Failed to add route error=no such device ifaceName="wireguard.cali" ipVersion=0x4 targetCIDR=10.42.9.0/26`,
      'confirmed',
    ],
    [
      'its own state keeps it from Typha',
      `${log}bootstrap.go 90: None of the typhas will be accessible due to wireguard routing asymmetry - remove wireguard`,
      'confirmed',
    ],
    ['Typha behind it', `${on}\nwireguardHostEncryptionEnabled: true\n\n${typha}`, 'likely'],
    ['after a reboot', `${on}\n\nSince node-3 was rebooted it is not ready.\n\n${typha}`, 'likely'],
    ['Typha, and nothing else is known', `${on}\n\n${typha}`, 'possible'],
    ['what cured it', 'Pods of two nodes could not talk. We disabled WireGuard and now it works.', 'likely'],
    [
      'a peer that never answered',
      'interface: wireguard.cali\n  public key: (hidden)\n  private key: (hidden)\n  listening port: 51820\n\npeer: abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ=\n  endpoint: 10.0.0.9:51820\n  allowed ips: 10.42.9.0/26',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a device with its address', `${on}\n\n${device}\n${address}`],
    ['it is off, and the device is left', `wireguardEnabled: false\n\n${device}`],
    ['it is off, and Typha is out of reach', `wireguardEnabled: false\n\n${typha}`],
    ['Typha is out of reach, and nobody speaks of WireGuard', typha],
    [
      'somebody else’s WireGuard',
      '14: wg0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420 qdisc noqueue state UNKNOWN qlen 500\n    link/none',
    ],
    ['links without their addresses', `${on}\n\n$ ip -d link\n${device}`],
    [
      'routes over another device',
      `${log}route_table.go 600: Failed to add route error=no such device ifaceName="cali0a1b2c3d4e5" ipVersion=0x4`,
    ],
    ['it was switched off in vain', 'We disabled WireGuard, no change.'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('a node that has not published its address stands out from the others', () => {
  const settings = [{ of: 'FelixConfiguration', name: 'wireguardEnabled', value: 'true' }] as const
  const calicoNodes = [{ name: 'w1', wireguardAddress: '10.42.1.9' }, { name: 'w2' }]
  const found = (rows: typeof calicoNodes) => {
    const { preventive } = diagnose(factsOf({ settings: [...settings], calicoNodes: rows }), [mode])
    return preventive.map(({ finding }) => finding.about)
  }
  expect(found(calicoNodes)).toEqual([{ kind: 'node', name: 'w2' }])
  expect(found([{ name: 'w1' }, { name: 'w2' }])).toEqual([])
})

test('the address on the device makes the difference', () => {
  expect(foundIn(`${on}\n\n${device}`, mode)).toBe('confirmed')
  expect(foundIn(`${on}\n\n${device}\n${address}`, mode)).toBe('not found')
})
