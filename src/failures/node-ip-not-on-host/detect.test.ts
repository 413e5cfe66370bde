import { describe, expect, test } from 'vitest'
import { mode } from '#failures/node-ip-not-on-host/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const felix = (line: string): string =>
  `2025-03-04 05:06:07.890 [WARNING][77] felix/vxlan_mgr.go 534: ${line}`
const startup = (line: string): string =>
  `2025-03-04 05:06:07.890 [WARNING][9] startup/startup.go 410: ${line}`
const links = (address: string): string =>
  [
    'root@alpha:~# ip addr',
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN group default qlen 1000',
    '    inet 127.0.0.1/8 scope host lo',
    '       valid_lft forever preferred_lft forever',
    '2: ens3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000',
    '    link/ether 52:54:00:0a:0b:0c brd ff:ff:ff:ff:ff:ff',
    `    inet ${address} brd 10.77.0.255 scope global ens3`,
    '       valid_lft forever preferred_lft forever',
  ].join('\n')
const nodes = [
  'root@alpha:~# calicoctl get nodes -o wide',
  'NAME    ASN       IPV4            IPV6',
  'alpha   (64512)   10.77.0.11/24',
  'beta    (64512)   10.77.0.12/24',
].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'start-up cannot confirm the address',
      startup('Unable to confirm IPv4 address 203.0.113.9 is assigned to this host'),
      'confirmed',
    ],
    [
      'the InternalIP is on no interface',
      startup('Unable to find matching host interface for IP 203.0.113.9'),
      'confirmed',
    ],
    [
      'Felix finds no parent for VXLAN',
      felix(
        'Failed to configure VXLAN tunnel device, retrying... error=Unable to find parent interface with address 10.77.0.11 ipVersion=0x4',
      ),
      'confirmed',
    ],
    [
      'the same in newer words',
      felix(
        'Failed to configure IPIP tunnel device, retrying error=failed to find parent interface: unable to find parent interface with address 10.77.0.11',
      ),
      'confirmed',
    ],
    [
      'BIRD cannot bind, musl',
      'bird: Mesh_10_77_0_12: Socket error: bind: Address not available',
      'confirmed',
    ],
    [
      'BIRD cannot bind, glibc',
      'bird: Mesh_10_77_0_12: Socket error: bind: Cannot assign requested address',
      'confirmed',
    ],
    [
      'the table says it',
      '| 10.77.0.12   | node-to-node mesh | start | 10:51:28 | Idle Socket: Address not available |',
      'confirmed',
    ],
    [
      'registered, and missing in the list of interfaces',
      `${nodes}\n\n${links('10.77.0.55/24')}`,
      'confirmed',
    ],
    [
      'the address was changed, and the old one is registered',
      'The IP of this node was changed last week.\n\nNAME    STATUS   ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION      CONTAINER-RUNTIME\nalpha   Ready    <none>   12d   v1.29.3   10.77.0.55    <none>        Ubuntu 22.04.4 LTS   5.15.0-91-generic   containerd://1.7.13\n\nNAME    ASN       IPV4            IPV6\nalpha   (64512)   10.77.0.11/24',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the list of interfaces the registered address says nothing', () => {
    expect(foundIn(nodes, mode)).toBe('not found')
  })
})

const written = (ipv4: string, internalIp: string): string =>
  `spec:\n  addresses:\n  - address: ${ipv4}\n    type: CalicoNodeIP\n  - address: ${internalIp}\n    type: InternalIP\n  bgp:\n    ipv4Address: ${ipv4}`

test.each<[string, string, string]>([
  ['the other end of a /31', written('10.77.0.12/31', '10.77.0.13'), 'confirmed'],
  ['its own end of a /31', written('10.77.0.12/31', '10.77.0.12'), 'not found'],
  ['the subnet of a /24', written('10.77.0.0/24', '10.77.0.13'), 'confirmed'],
  ['the subnet of another network', written('10.77.0.0/24', '10.78.0.13'), 'likely'],
  [
    'the other address of a /31, on a card',
    `${nodes.replace('10.77.0.11/24', '10.77.0.10/31')}\n\ninet 10.77.0.11/31 metric 100 scope global dynamic ens3`,
    'confirmed',
  ],
])('%s', (_, text, expected) => {
  expect(foundIn(text, mode)).toBe(expected)
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['the address is there', `${nodes}\n\n${links('10.77.0.11/24')}`],
    ['another program has the port', 'bird: BGP: Socket error: bind: Address in use'],
    ['a peer refuses', 'bird: Mesh_10_77_0_12: Socket error: connect: Connection refused'],
    [
      'a part of the list of interfaces',
      `${nodes}\n\n3: docker0: <BROADCAST,MULTICAST> mtu 1500\n    inet 172.17.0.1/16 scope global docker0`,
    ],
    [
      'Felix was faster than DHCP',
      `${felix('Failed to configure VXLAN tunnel device, retrying... error=Unable to find parent interface with address 10.77.0.11 ipVersion=0x4')}\n${felix('VXLAN tunnel device configured')}`,
    ],
    [
      'somebody says that addresses were changed, and nothing else',
      'We changed the IP of the node last week.',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})
