import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/node-ip-wrong-interface/index.ts'
import { addressOf, calicoNode, node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = (line: string): string =>
  `2025-03-04 05:06:07.890 [INFO][9] startup/autodetection_methods.go 103: ${line}`

const nodesTable = (address: string): string =>
  [
    'NAME      ASN       IPV4              IPV6',
    `alpha     (64512)   ${address}`,
    'beta      (64512)   10.77.0.12/24',
    'gamma     (64512)   10.77.0.13/24',
  ].join('\n')

const kubernetes = (address: string): string =>
  [
    'NAME    STATUS   ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION      CONTAINER-RUNTIME',
    `alpha   Ready    <none>   12d   v1.29.3   ${address}    <none>        Ubuntu 22.04.4 LTS   5.15.0-91-generic   containerd://1.7.13`,
    'beta    Ready    <none>   12d   v1.29.3   10.77.0.12    <none>        Ubuntu 22.04.4 LTS   5.15.0-91-generic   containerd://1.7.13',
  ].join('\n')

const complaint = (peers: string): string => `BGP not established with ${peers}`

const resource = (ipv4: string, internalIp: string): string =>
  `spec:\n  addresses:\n  - address: ${ipv4}\n    type: CalicoNodeIP\n  - address: ${internalIp}\n    type: InternalIP\n  bgp:\n    ipv4Address: ${ipv4}`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'autodetected on a bridge of Docker’s own naming',
      log('Using autodetected IPv4 address on interface br-4f2a91c07d3e: 172.20.0.1/16'),
      'confirmed',
    ],
    [
      'autodetected on libvirt’s bridge, by a pattern of 3.2x',
      log('Using autodetected IPv4 address 192.168.122.1/24 on matching interface virbr0'),
      'confirmed',
    ],
    [
      'an interface of another pod network',
      log('Using autodetected IPv4 address on interface flannel.1: 10.42.3.0/32'),
      'confirmed',
    ],
    [
      'a VPN, while nobody shows what Kubernetes uses',
      log('Using autodetected IPv4 address on interface tailscale0: 100.101.7.9/32'),
      'likely',
    ],
    [
      'one node registered with a bridge’s address, the others elsewhere',
      nodesTable('172.18.0.1/16'),
      'confirmed',
    ],
    [
      'registered with VirtualBox’s NAT, while InternalIP is another',
      `${nodesTable('10.0.2.15/24')}\n\n${kubernetes('10.77.0.11')}`,
      'confirmed',
    ],
    ['a peer that is known by a bridge’s address', complaint('172.22.0.1'), 'likely'],
    ['a peer in a network of Docker among peers that are not', complaint('172.17.0.9,10.77.0.12'), 'likely'],
    [
      'the address of a peer is on this host’s own bridge',
      `${complaint('192.168.49.1')}\n\n5: br-00aa11bb22cc: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP group default\n    link/ether 02:42:ac:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 192.168.49.1/24 brd 192.168.49.255 scope global br-00aa11bb22cc\n       valid_lft forever preferred_lft forever`,
      'confirmed',
    ],
    [
      'the address moves from one card to another',
      [
        log('Using autodetected IPv4 address on interface ens3: 10.77.0.11/24'),
        log('Using autodetected IPv4 address on interface ens9: 10.200.4.11/24'),
      ].join('\n'),
      'likely',
    ],
    ['an old calicoctl', 'No IP provided. Using detected IP: 172.17.42.1', 'likely'],
    [
      'peers complain of an address that is not the InternalIP',
      `${nodesTable('10.200.4.11/24')}\n\n${kubernetes('10.77.0.11')}\n\n${complaint('10.200.4.11')}`,
      'likely',
    ],
    ['peers with ordinary addresses only', complaint('10.77.0.12,10.77.0.13'), 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the line that names the interface it is a guess at most', () => {
    const chosen = log('Using autodetected IPv4 address on interface docker0: 172.17.0.1/16')
    const rest = complaint('10.77.0.12')
    expect(foundIn(`${chosen}\n\n${rest}`, mode)).toBe('confirmed')
    expect(foundIn(rest, mode)).toBe('possible')
  })
})

test.each<[string, string, Verdict]>([
  ['an address without a network beside another InternalIP', resource('10.9.0.4/32', '10.77.0.11'), 'likely'],
  [
    'a virtual address of the card',
    `${nodesTable('10.77.0.200/24')}\n\n2: ens3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP group default\n    inet 10.77.0.11/24 scope global ens3\n    inet 10.77.0.200/32 scope global ens3`,
    'likely',
  ],
])('%s', (_, text, expected) => {
  expect(foundIn(text, mode)).toBe(expected)
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['an ordinary card', log('Using autodetected IPv4 address on interface ens3: 10.77.0.11/24')],
    [
      'a bridge that holds the card',
      log('Using autodetected IPv4 address on interface vmbr0: 10.77.0.11/24'),
    ],
    [
      'a VPN that was chosen on purpose',
      `- name: IP_AUTODETECTION_METHOD\n  value: interface=wg0\n\n${log('Using autodetected IPv4 address on matching interface wg0: 10.9.0.4/24')}`,
    ],
    [
      'nodes in containers, all in Docker’s network',
      'NAME            ASN       IPV4            IPV6\nkind-worker     (64512)   172.18.0.3/16\nkind-worker2    (64512)   172.18.0.4/16',
    ],
    ['registered with the InternalIP', `${nodesTable('10.77.0.11/24')}\n\n${kubernetes('10.77.0.11')}`],
    [
      'an address without a network that is the InternalIP, too, as some clouds give',
      resource('10.77.0.11/32', '10.77.0.11'),
    ],
    [
      'a Service’s address that is called',
      'On node w1 curl to 172.19.0.1:443 as user fails, and everything else is denied as wanted.',
    ],
    ['what autodetection may do', 'Autodetection may pick the docker interface of the node.'],
    [
      'a second network, and nobody complains',
      `${nodesTable('10.200.4.11/24')}\n\n${kubernetes('10.77.0.11')}`,
    ],
    [
      'an address that nobody could find',
      log('Unable to auto-detect an IPv4 address: no valid host interfaces found'),
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('on a cluster', () => {
  const verdictOf = (table: Table) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    return {
      causes: causes.map(({ confidence, finding }) => [confidence, finding.about]),
      preventive: preventive.length,
    }
  }

  test('the node with the wrong address is named, whoever complains', () => {
    const table: Table = {
      nodes: [
        node('w1', { calicoIpv4: '172.17.0.1/16' }),
        node('w2', { calicoIpv4: `${addressOf('w2')}/24` }),
      ],
      pods: [calicoNode('w2', { ready: false })],
      bgpSessions: [{ node: 'w2', peer: '172.17.0.1', kind: 'mesh', up: false, state: 'Active' }],
    }
    expect(verdictOf(table).causes).toEqual([['confirmed', { kind: 'node', name: 'w1' }]])
  })

  test('a healthy one, whose nodes have their InternalIP', () => {
    const table: Table = {
      nodes: (['w1', 'w2'] as const).map((name) => node(name, { calicoIpv4: `${addressOf(name)}/24` })),
      pods: [calicoNode('w1'), calicoNode('w2')],
    }
    expect(verdictOf(table)).toEqual({ causes: [], preventive: 0 })
  })
})
