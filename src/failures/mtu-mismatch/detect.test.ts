import { describe, expect, test } from 'vitest'
import type { LinkRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/mtu-mismatch/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const link = (name: string, mtu: number, flags = 'UP,LOWER_UP', address = ''): string =>
  `7: ${name}: <${flags}> mtu ${mtu} qdisc noqueue state UNKNOWN\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff${address === '' ? '' : `\n    inet ${address} scope global ${name}`}`
const links = (...each: readonly string[]): string => `root@node-a1:~# ip addr\n${each.join('\n')}`
const eth0 = (mtu: number) => link('eth0', mtu, undefined, '10.0.0.21/24')
const tunl0 = (mtu: number) => link('tunl0', mtu, undefined, '10.60.1.0/32')
const vxlan = (mtu: number) => link('vxlan.calico', mtu, undefined, '10.60.1.0/32')
const cali = (mtu: number) => link('cali0123456789a', mtu)
const large = 'Small requests between pods pass, large responses hang.'
const installation = (mtu: number, encapsulation: string) =>
  `apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata:\n  name: default\nspec:\n  calicoNetwork:\n    mtu: ${mtu}\n    ipPools:\n    - cidr: 10.60.0.0/16\n      encapsulation: ${encapsulation}`
const ping = (bytes: number, received: number) =>
  `root@node-a1:~# ping -c 2 -M do -s ${bytes} 10.0.0.22\nPING 10.0.0.22 (10.0.0.22) ${bytes}(${bytes + 28}) bytes of data.\n\n--- 10.0.0.22 ping statistics ---\n2 packets transmitted, ${received} received, ${received === 2 ? 0 : 100}% packet loss, time 1001ms`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['pods larger than the tunnel', links(eth0(1500), tunl0(1440), cali(1500)), 'confirmed'],
    [
      'the tunnel and its header larger than the card',
      links(eth0(1450), tunl0(1480), cali(1480)),
      'confirmed',
    ],
    ['VXLAN without room for its header', links(eth0(1500), vxlan(1500), cali(1450)), 'confirmed'],
    ['pods larger than the card, without a tunnel', links(eth0(1400), cali(1500)), 'confirmed'],
    [
      'WireGuard over a card of a cloud',
      links(eth0(1460), link('wireguard.cali', 1440, undefined, '10.60.1.3/32')),
      'confirmed',
    ],
    [
      'ifconfig',
      'eth0: flags=4163<UP,BROADCAST,RUNNING>  mtu 1400\n        inet 10.0.0.21  netmask 255.255.255.0  broadcast 10.0.0.255\n\ntunl0: flags=193<UP,RUNNING,NOARP>  mtu 1480\n        inet 10.60.1.0  netmask 255.255.255.255',
      'confirmed',
    ],
    ['the setting and the card', `${installation(1480, 'VXLAN')}\n${links(eth0(1500))}`, 'confirmed'],
    ['the setting alone: only jumbo frames would do', installation(1500, 'VXLAN'), 'likely'],
    [
      'two settings: pods larger than their tunnel',
      `calico_backend: vxlan\nveth_mtu: "1480"\nFELIX_VXLANMTU=1410`,
      'confirmed',
    ],
    [
      'Felix warns',
      '2025-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Configured MTU is larger than detected host interface MTU configuredMTU=1480 detectedMTU=1400',
      'confirmed',
    ],
    ['a size from which on packets are lost', `${ping(1472, 0)}\n${ping(1372, 2)}`, 'confirmed'],
    [
      'a router asks for smaller ones while large ones vanish',
      `${large}\n10:00:00.123456 IP 10.0.0.1 > 10.0.0.21: ICMP 10.0.0.22 unreachable - need to frag (mtu 1450), length 556`,
      'confirmed',
    ],
    ['people’s words', large, 'likely'],
    ['a smaller MTU cured', 'We changed the MTU from 1500 to 1400 and everything works now.', 'likely'],
    ['a larger one broke', 'Since we changed the MTU from 1450 to 9000 pods lost connection.', 'likely'],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['all fits, IPIP', links(eth0(1500), tunl0(1480), cali(1480))],
    ['all fits, VXLAN', links(eth0(1500), vxlan(1450), cali(1450))],
    [
      'the tunnel that the kernel makes and nobody uses',
      links(eth0(1500), link('tunl0', 1480, 'NOARP'), cali(1500)),
    ],
    ['a second, smaller card', links(eth0(1500), link('eth1', 1400), tunl0(1480), cali(1480))],
    ['a bridge of containers', links(eth0(1500), link('docker0', 1400), cali(1500))],
    ['a card that is down', links(eth0(1500), link('eth1', 9000, 'BROADCAST'), vxlan(1450))],
    ['jumbo frames', `${installation(8951, 'VXLAN')}\n${links(eth0(9001))}`],
    ['no value: Felix finds out', installation(0, 'VXLAN')],
    ['1450 for VXLAN', installation(1450, 'VXLAN')],
    ['1500 without encapsulation', installation(1500, 'None')],
    [
      'the sender’s own card is smaller',
      'root@node-a1:~# ping -c 1 -M do -s 1472 10.0.0.22\nping: local error: message too long, mtu=1450',
    ],
    ['a router asks for smaller packets: the words alone', 'Please set the MTU to 1400.'],
    ['all sizes pass', `${ping(1472, 2)}\n${ping(1372, 2)}`],
    ['no size passes', `${ping(1472, 0)}\n${ping(1372, 0)}`],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))

  test('that a smaller MTU changed nothing is no proof: pods keep theirs', () => {
    expect(foundIn(`${large} We changed the MTU from 1500 to 1400, no change.`, mode)).toBe('likely')
    expect(foundIn('We changed the MTU from 1500 to 1400, no change.', mode)).toBe('not found')
  })
})

describe('from facts', () => {
  const one = (name: string, mtuBytes: number, more: Partial<LinkRow> = {}): LinkRow => ({
    node: 'w1',
    in: 'host',
    name,
    flags: ['UP'],
    mtuBytes,
    ...more,
  })
  const remarks = [{ says: 'small-works-large-fails' as const }]
  const pool = (encapsulation: 'ipip' | 'none') => [
    { name: 'p', cidr: '10.60.0.0/16', disabled: false, encapsulation },
  ]
  test.each<[string, Table, string | undefined]>([
    [
      'a pool uses the tunnel',
      { links: [one('eth0', 1500), one('tunl0', 1400), one('cali1', 1480)], ipPools: pool('ipip'), remarks },
      'confirmed',
    ],
    [
      'no pool uses the tunnel',
      { links: [one('eth0', 1500), one('tunl0', 1400), one('cali1', 1480)], ipPools: pool('none') },
      undefined,
    ],
    [
      'the tunnel’s parent is the smaller card',
      {
        links: [
          one('eth0', 1500),
          one('eth1', 1450),
          one('vxlan.calico', 1450, { vxlan: { parent: 'eth1' } }),
        ],
        remarks,
      },
      'confirmed',
    ],
    [
      'the card of another node',
      { links: [one('eth0', 1500), one('tunl0', 1480), { ...one('eth0', 1400), node: 'w2' }] },
      undefined,
    ],
    [
      'a pod’s own view',
      { links: [one('tunl0', 1440), one('eth0', 1500, { in: 'pod' })], remarks },
      'confirmed',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})

describe('of one way that was measured', () => {
  const ping = (bytes: number, outcome: 'ok' | 'timed-out') => ({
    node: 'w1',
    in: 'host' as const,
    to: '10.0.0.22',
    protocol: 'icmp' as const,
    outcome,
    bytes,
  })
  const node = (name: string, internalIp: string) => ({
    name,
    internalIp,
    unschedulable: false,
    conditions: [{ type: 'Ready', status: 'False' as const }],
    taints: [],
    labels: {},
  })
  const table: Table = {
    nodes: [node('w1', '10.0.0.21'), node('w2', '10.0.0.22'), node('w3', '10.0.0.23')],
    reachability: [ping(56, 'ok'), ping(1472, 'timed-out')],
  }
  const [cause] = diagnose(factsOf(table), [mode]).causes
  const explained = cause?.explains.map(({ about }) => renderSubject(about))

  test('its ends suffer', () => expect(explained).toContain('node/w2'))
  test('a node that nobody measured has its own trouble', () => expect(explained).not.toContain('node/w3'))
})
