import { describe, expect, test } from 'vitest'
import { mode } from '#failures/nodes-behind-nat/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const call = (address: string, port = 40912): string =>
  `bird: BGP: Unexpected connect from unknown address ${address} (port ${port})`
const route =
  'root@alpha:~# ip route\ndefault via 10.77.0.3 dev ens3 proto dhcp\n10.77.0.0/24 dev ens3 proto kernel scope link src 10.77.0.11'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['libvirt’s gateway calls', `${call('192.168.122.1')}\n${call('192.168.122.1', 40977)}`, 'confirmed'],
    ['the gateway of the nodes calls, whatever its number', `${call('10.77.0.3')}\n\n${route}`, 'confirmed'],
    [
      'the gateway of a part of the network calls',
      `${call('10.77.0.3')}\n\nroot@alpha:~# ip route\ndefault via 198.51.100.1 dev eth1\n10.0.0.0/8 via 10.77.0.3 dev eth0`,
      'confirmed',
    ],
    [
      'BGP arrives from the gateway',
      `${route}\n\n05:06:07.890123 ens3  In  IP 10.77.0.3.41022 > 10.77.0.11.179: Flags [S], seq 1, win 64240, length 0`,
      'confirmed',
    ],
    [
      'BGP arrives from the gateway to other private networks',
      `root@alpha:~# ip route\ndefault via 198.51.100.1 dev eth1\n10.0.0.0/8 via 10.77.0.3 dev eth0\n\n05:06:07.890123 eth0  In  IP 10.77.0.3.41022 > 10.77.0.11.179: Flags [S], seq 1, win 64240, length 0`,
      'confirmed',
    ],
    ['an address as gateways have it', call('10.77.0.1'), 'likely'],
    ['as some routers are numbered', call('10.77.0.254'), 'likely'],
    [
      'a caller of any kind while sessions are down',
      `${call('10.77.0.99')}\n| 10.77.0.12   | node-to-node mesh | start | 10:51:28 | Connect |`,
      'possible',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the routes the caller is only somebody', () => {
    expect(foundIn(`${call('10.77.0.3')}\n\n${route}`, mode)).toBe('confirmed')
    expect(foundIn(call('10.77.0.3'), mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'the caller is a node',
      `NAME    ASN       IPV4            IPV6\nalpha   (64512)   10.77.0.1/24\nbeta    (64512)   10.77.0.12/24\n\n${call('10.77.0.1')}`,
    ],
    [
      'BGP arrives from a node, through which a route to its pods goes',
      `NAME    ASN       IPV4            IPV6\nalpha   (64512)   10.77.0.11/24\nbeta    (64512)   10.77.0.12/24\n\n${route}\n10.244.1.0/26 via 10.77.0.12 dev ens3 proto bird\n\n05:06:07.890123 ens3  In  IP 10.77.0.12.41022 > 10.77.0.11.179: Flags [S], seq 1, win 64240, length 0`,
    ],
    ['a node that joined calls once', call('10.77.0.14')],
    [
      'a session is down',
      '| 10.77.0.12   | node-to-node mesh | start | 10:51:28 | Active Socket: Connection refused |',
    ],
    ['a route through a gateway', route],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})
