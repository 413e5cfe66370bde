import { describe, expect, test } from 'vitest'
import { linesOf } from '#sources/formats/host-network/block.ts'
import { parseRouteTable } from '#sources/formats/host-network/route-table.ts'
import { parseIpRules, parseRoutes } from '#sources/formats/host-network/routes.ts'

const routes = (text: string, family?: 4 | 6) =>
  parseRoutes(linesOf(text), 0, family)?.found.map(({ row }) => row)

describe('ip route', () => {
  test.each<[string, string, object]>([
    [
      'to a block over a tunnel',
      '10.77.3.64/26 via 192.168.40.7 dev tunl0 proto bird onlink',
      {
        family: 4,
        destination: '10.77.3.64/26',
        type: 'unicast',
        via: '192.168.40.7',
        dev: 'tunl0',
        proto: 'bird',
        onlink: true,
      },
    ],
    [
      'of a local block',
      'blackhole 10.77.3.0/26 proto bird',
      { destination: '10.77.3.0/26', type: 'blackhole', proto: 'bird' },
    ],
    ['of a local block by Felix', 'blackhole 10.77.3.0/26 proto 80 ', { type: 'blackhole', proto: '80' }],
    ['to a pod', '10.77.3.9 dev cali0fe1 scope link', { destination: '10.77.3.9', dev: 'cali0fe1' }],
    ['to a pod, its length written', '10.77.3.9/32 dev cali0fe1 scope link', { destination: '10.77.3.9' }],
    [
      'by default',
      'default via 192.168.40.1 dev ens3 proto dhcp src 192.168.40.20 metric 100',
      {
        destination: 'default',
        via: '192.168.40.1',
        dev: 'ens3',
        proto: 'dhcp',
        source: '192.168.40.20',
        metric: 100,
      },
    ],
    [
      'by default, of IPv6',
      'default via fe80::9 dev ens3 proto ra metric 1024 expires 1790sec hoplimit 64 pref medium',
      { family: 6, destination: 'default' },
    ],
    ['by default, as route -6 writes it', '::/0 dev ens3 metric 1024', { family: 6, destination: 'default' }],
    [
      'of a local block of IPv6',
      'blackhole fd10:7::/122 dev lo proto bird metric 1024 error -22 pref medium',
      { family: 6, type: 'blackhole', destination: 'fd10:7::/122' },
    ],
    [
      'to a pod of IPv6, its length written',
      'fd10:7::a9/128 dev cali0fe1 metric 1024 pref medium',
      { destination: 'fd10:7::a9' },
    ],
    [
      'that refuses',
      'unreachable default dev lo metric 4294967295 error -101',
      { type: 'unreachable', destination: 'default' },
    ],
    ['that forbids', 'prohibit 10.5.0.0/16', { type: 'prohibit' }],
    ['of WireGuard’s table', 'throw 10.77.9.0/26 proto 80', { type: 'throw' }],
    [
      'of the local table',
      'local 192.168.40.20 dev ens3 table local proto kernel scope host src 192.168.40.20',
      { type: 'local' },
    ],
    [
      'whose gateway is of the other family',
      '10.8.0.0/24 via inet6 fe80::1 dev ens3',
      { family: 4, via: 'fe80::1' },
    ],
    ['with a remark', '10.77.3.64/26 via 192.168.40.7 dev ens3 proto bird   # not on tunl0', { dev: 'ens3' }],
    ['with an arrow', '10.77.3.64/26 via 192.168.40.7 dev ens3 <-- wrong', { dev: 'ens3' }],
    ['cut at its end', '10.77.3.64/26 via 192.168.40.7 dev ens3 ...', { dev: 'ens3' }],
    [
      'whose link is down',
      '10.77.8.0/24 dev docker0 proto kernel scope link src 10.77.8.1 linkdown',
      { dev: 'docker0' },
    ],
  ])('a route %s', (_, text, row) => expect(routes(text)).toMatchObject([row]))

  test('a default route takes the family that was asked for', () => {
    expect(routes('default dev wg9 scope link', 6)).toMatchObject([{ family: 6 }])
  })

  test('a route over two paths is two routes', () => {
    expect(
      routes(
        '10.1.0.0/24 proto bird metric 32\n        nexthop via 10.0.0.8 dev e0 weight 1\n        nexthop via 10.0.0.9 dev e0 weight 1',
      ),
    ).toEqual([
      {
        family: 4,
        destination: '10.1.0.0/24',
        type: 'unicast',
        proto: 'bird',
        metric: 32,
        via: '10.0.0.8',
        dev: 'e0',
      },
      {
        family: 4,
        destination: '10.1.0.0/24',
        type: 'unicast',
        proto: 'bird',
        metric: 32,
        via: '10.0.0.9',
        dev: 'e0',
      },
    ])
  })

  test.each([
    ['the answer of ip route get', '10.1.0.7 via 10.0.0.8 dev tunl0 src 10.2.0.1 uid 0 \n    cache'],
    ['its old form', '10.1.0.7 via 10.0.0.8 dev tunl0  src 10.2.0.1 \n    cache'],
    [
      'what the kernel keeps for itself',
      'broadcast 10.0.0.255 dev e0 table local proto kernel scope link src 10.0.0.4',
    ],
  ])('read, but no route: %s', (_, text) => expect(routes(text)).toEqual([]))

  test('a note of what is missing', () => {
    expect(
      parseRoutes(linesOf('10.1.0.7 dev cali1 scope link\n# no routes to other nodes'), 0),
    ).toMatchObject({
      end: 2,
      hasAbsenceNote: true,
    })
  })

  test.each([
    '10.0.0.5 via the proxy works',
    'default value is 1440',
    'default via host gateway dev',
    '10.0.0.4',
    'local 10.0.0.4 as 64512;',
    'unreachable 10.0.0.4 port 179',
    'blackhole is what I see',
    '10.0.0.4 worker-1',
    '10:42:11 dev cluster scope',
  ])('near miss: %s', (text) => expect(routes(text)).toBeUndefined())
})

describe('route -n and netstat -rn', () => {
  const table = (text: string) => parseRouteTable(linesOf(text), 0)?.found.map(({ row }) => row)

  test('with its header', () => {
    const text = `Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         10.3.0.1        0.0.0.0         UG    100    0        0 ens3
10.77.3.0       0.0.0.0         255.255.255.192 U     0      0        0 *
10.77.3.9       0.0.0.0         255.255.255.255 UH    0      0        0 cali0fe1
10.77.4.0       -               255.255.255.192 !     0      -        0 -`
    expect(table(text)).toEqual([
      { family: 4, destination: 'default', type: 'unicast', via: '10.3.0.1', dev: 'ens3', metric: 100 },
      { family: 4, destination: '10.77.3.0/26', type: 'blackhole' },
      { family: 4, destination: '10.77.3.9', type: 'unicast', dev: 'cali0fe1' },
      { family: 4, destination: '10.77.4.0/26', type: 'unreachable' },
    ])
  })

  test('netstat’s MSS is no metric, and a line alone shows neither', () => {
    const line = '10.77.5.0       10.3.0.8        255.255.255.192 UG       40 0          0 tunl0'
    const row = { family: 4, destination: '10.77.5.0/26', type: 'unicast', via: '10.3.0.8', dev: 'tunl0' }
    expect(table(line)).toEqual([row])
    expect(
      table(`Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n${line}`),
    ).toEqual([row])
  })

  test('IPv6, without what the kernel adds', () => {
    const text = `fd10:7::/122                   fe80::3                    UG   1024 1      0 ens3
::1/128                        ::                         Un   0   2      0 lo
::/0                           ::                         !n   -1  1      0 lo`
    expect(table(text)).toEqual([
      { family: 6, destination: 'fd10:7::/122', type: 'unicast', via: 'fe80::3', dev: 'ens3', metric: 1024 },
    ])
  })

  test.each(['10.0.0.1 10.0.0.2 255.255.255.0 is my net and mask', 'a b c d e f g h'])(
    'near miss: %s',
    (text) => expect(table(text)).toBeUndefined(),
  )
})

describe('ip rule', () => {
  test('rules with their numbers', () => {
    expect(
      parseIpRules(
        linesOf('0:      from all lookup local\n99:     not from all fwmark 0x200000/0x200000 lookup 1'),
        0,
      )?.found,
    ).toEqual([
      { at: 0, row: { priority: 0, text: 'from all lookup local' } },
      { at: 1, row: { priority: 99, text: 'not from all fwmark 0x200000/0x200000 lookup 1' } },
    ])
  })
  test('near miss', () => {
    expect(parseIpRules(linesOf('12: from all sides'), 0)).toBeUndefined()
  })
})
