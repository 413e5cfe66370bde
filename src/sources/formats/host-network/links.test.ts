import { describe, expect, test } from 'vitest'
import { linesOf } from '#sources/formats/host-network/block.ts'
import { parseIfconfig } from '#sources/formats/host-network/ifconfig.ts'
import { parseLinks } from '#sources/formats/host-network/links.ts'
import { parseBriefLinks } from '#sources/formats/host-network/links-brief.ts'

const rowsOf = (block: { readonly found: readonly { readonly row: object }[] } | undefined) =>
  block?.found.map(({ row }) => row)
const links = (text: string, shows?: 'addr' | 'link') => rowsOf(parseLinks(linesOf(text), 0, shows))

const addr = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 16436 qdisc noqueue state UNKNOWN group default qlen 500
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
3: ens5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 qdisc mq state UP group default qlen 500
    link/ether 0A:1b:2c:3d:4e:5f brd ff:ff:ff:ff:ff:ff
    altname enp0s5
    inet 172.20.4.9/22 metric 512 brd 172.20.7.255 scope global dynamic ens5
    inet6 fe80::81b:2cff:fe3d:4e5f/64 scope link noprefixroute
8: vxlan.calico: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 8951 qdisc noqueue state UNKNOWN group default
    link/ether 66:aa:bb:cc:dd:ee brd ff:ff:ff:ff:ff:ff promiscuity 0 minmtu 68 maxmtu 65535
    vxlan id 4096 local 172.20.4.9 dev ens5 srcport 0 0 dstport 4789 nolearning ttl auto ageing 300
9: cali5d0c3e1f2a4@if4: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 8951 qdisc noqueue state UP group default
    link/ether ee:ee:ee:ee:ee:ee brd ff:ff:ff:ff:ff:ff link-netns cni-1f2e`

describe('ip addr and ip link', () => {
  test('every entry with its details', () => {
    expect(links(addr)).toEqual([
      {
        name: 'lo',
        flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
        mtuBytes: 16436,
        state: 'UNKNOWN',
        addresses: ['127.0.0.1/8'],
      },
      {
        name: 'ens5',
        flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
        mtuBytes: 9001,
        state: 'UP',
        mac: '0a:1b:2c:3d:4e:5f',
        addresses: ['172.20.4.9/22', 'fe80::81b:2cff:fe3d:4e5f/64'],
      },
      {
        name: 'vxlan.calico',
        flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
        mtuBytes: 8951,
        state: 'UNKNOWN',
        mac: '66:aa:bb:cc:dd:ee',
        addresses: [],
        kind: 'vxlan',
        vxlan: { id: 4096, port: 4789, local: '172.20.4.9', parent: 'ens5' },
      },
      {
        name: 'cali5d0c3e1f2a4',
        flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
        mtuBytes: 8951,
        state: 'UP',
        mac: 'ee:ee:ee:ee:ee:ee',
        addresses: [],
      },
    ])
  })

  test.each<[string, string, object]>([
    [
      'without its index, with a remark behind',
      'tunl0@NONE: <NOARP,UP,LOWER_UP> mtu 1430 qdisc noqueue state UNKNOWN   # 1480 elsewhere',
      { name: 'tunl0', mtuBytes: 1430, state: 'UNKNOWN' },
    ],
    [
      'without a mode, cut behind the name of the queue',
      '6: eth1: <BROADCAST,MULTICAST> mtu 1500 qdisc noop',
      { name: 'eth1', flags: ['BROADCAST', 'MULTICAST'], mtuBytes: 1500 },
    ],
    [
      'its flags swallowed by a page that took them for a tag',
      '2: eth0:  mtu 1450 qdisc fq_codel state UP group default qlen 500',
      { name: 'eth0', flags: [], mtuBytes: 1450, state: 'UP' },
    ],
    [
      'one line for everything (-o link)',
      '2: bond0: <BROADCAST,MULTICAST,MASTER,UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default\\    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff',
      { name: 'bond0', mac: '02:00:00:00:00:01' },
    ],
    [
      'one line for an address (-o addr)',
      '2: eth0    inet 10.11.0.4/16 brd 10.11.255.255 scope global eth0\\       valid_lft forever preferred_lft forever',
      { name: 'eth0', addresses: ['10.11.0.4/16'] },
    ],
    [
      'two lines joined by a person',
      '7: tunl0@NONE: inet 10.64.2.1/32',
      { name: 'tunl0', addresses: ['10.64.2.1/32'] },
    ],
    [
      'an address alone, known by its label',
      '    inet 10.64.2.1/32 scope global tunl0',
      { name: 'tunl0', addresses: ['10.64.2.1/32'] },
    ],
    [
      'an address with a peer',
      'ppp0: <POINTOPOINT,UP> mtu 1400 qdisc noop state UP\n    link/ppp\n    inet 10.9.0.1 peer 10.9.0.2/32 scope global ppp0',
      { name: 'ppp0', addresses: ['10.9.0.1/32'] },
    ],
  ])('an entry %s', (_, text, row) => expect(links(text)).toMatchObject([row]))

  const lone = (rest: string) => `5: wireguard.cali: <${rest}\n    link/none`
  test.each<[string, string, 'addr' | 'link' | undefined, readonly string[] | undefined]>([
    ['of ip addr', lone('NOARP,UP> mtu 1420 qdisc noqueue state UNKNOWN'), 'addr', []],
    ['of ip link', lone('NOARP,UP> mtu 1420 qdisc noqueue state UNKNOWN'), 'link', undefined],
    [
      'with a group and no mode',
      lone('NOARP,UP> mtu 1420 qdisc noqueue state UNKNOWN group default'),
      undefined,
      [],
    ],
    [
      'with a mode',
      lone('POINTOPOINT,NOARP,UP> mtu 1420 qdisc noqueue state UNKNOWN mode DEFAULT group default'),
      undefined,
      undefined,
    ],
    ['that tells nothing, of a device like others', lone('NOARP,UP> mtu 1420'), undefined, undefined],
    ['that tells nothing, of a tunnel', lone('POINTOPOINT,NOARP,UP> mtu 1420'), undefined, []],
    [
      'that was cut below its first line',
      'lo: <LOOPBACK> mtu 65536 qdisc noop state DOWN group default',
      'addr',
      undefined,
    ],
  ])('addresses of an entry without an inet line, %s', (_, text, shows, addresses) => {
    const [row = {}] = links(text, shows) ?? []
    expect(row).toHaveProperty('flags')
    expect('addresses' in row ? row.addresses : undefined).toEqual(addresses)
  })

  test('several addresses of one interface, one per line, are one interface', () => {
    expect(
      links('2: eth0    inet 10.1.0.4/24 scope global eth0\n2: eth0    inet6 fe80::4/64 scope link'),
    ).toEqual([{ name: 'eth0', flags: [], addresses: ['10.1.0.4/24', 'fe80::4/64'] }])
  })

  test('an entry cut down to its name, and a person’s note of what is missing', () => {
    const block = parseLinks(linesOf('1: lo: ...\n2: eth0: <UP> mtu 1500\n(no tunl0 on this one)\nelse'), 0)
    expect(block).toMatchObject({ end: 3, hasAbsenceNote: true, found: [{ at: 1 }] })
  })

  test.each([
    [
      'a pod',
      '1: lo: <LOOPBACK> mtu 65536\n2: tunl0@NONE: <NOARP> mtu 1480\n4: eth0@if9: <UP> mtu 1440',
      true,
    ],
    ['a node', '2: eth0: <UP> mtu 1500\n9: cali12@if4: <UP> mtu 1440', false],
    ['a node that is a container', '4: eth0@if9: <UP> mtu 1500\n9: cali12@if4: <UP> mtu 1440', false],
  ])('whose view it is: %s', (_, text, isOfPod) =>
    expect(parseLinks(linesOf(text), 0)).toMatchObject({ isOfPod }),
  )

  test.each([
    'eth0: link is up now, mtu 1500 as before',
    'Warning: <none>',
    '10:42: <ann> mtu 1500?',
    'note: mtu 1450 is what state the docs want',
    '- name: eth0',
    'inet 10.0.0.1/24',
    '    inet6 fe80::1/64 scope link',
    'key: <VALUE>rest',
    '',
  ])('near miss: %j', (text) => expect(links(text)).toBeUndefined())
})

describe('ip -br', () => {
  const brief = (text: string, isAsked?: boolean) => rowsOf(parseBriefLinks(linesOf(text), 0, isAsked))

  test('of addr: who has none has none', () => {
    expect(brief('lo   UNKNOWN   127.0.0.1/8 ::1/128\neth0@if3 UP 10.4.0.2/32\ntunl0@NONE DOWN')).toEqual([
      { name: 'lo', state: 'UNKNOWN', flags: [], addresses: ['127.0.0.1/8', '::1/128'] },
      { name: 'eth0', state: 'UP', flags: [], addresses: ['10.4.0.2/32'] },
      { name: 'tunl0', state: 'DOWN', flags: [], addresses: [] },
    ])
  })

  test('of link', () => {
    expect(
      brief(
        'cali0b1@if4  UP  ee:ee:ee:ee:ee:ee <BROADCAST,UP,LOWER_UP>\ntunl0@NONE UNKNOWN 0.0.0.0 <NOARP,UP>',
      ),
    ).toEqual([
      { name: 'cali0b1', state: 'UP', mac: 'ee:ee:ee:ee:ee:ee', flags: ['BROADCAST', 'UP', 'LOWER_UP'] },
      { name: 'tunl0', state: 'UNKNOWN', flags: ['NOARP', 'UP'] },
    ])
  })

  test('a name and a state alone count only where that was asked', () => {
    expect(brief('tunl0  DOWN')).toBeUndefined()
    expect(brief('tunl0  DOWN', true)).toEqual([{ name: 'tunl0', state: 'DOWN', flags: [] }])
  })

  test.each(['worker-1 DOWN since 10.0.0.4', 'Mesh_10_0_0_2 UP Established', 'BGP UP'])(
    'near miss: %s',
    (text) => expect(brief(text)).toBeUndefined(),
  )
})

describe('ifconfig', () => {
  const ifconfig = (text: string) => rowsOf(parseIfconfig(linesOf(text), 0))

  test('the form of today', () => {
    const text = `cali77: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1440
        inet6 fe80::ecee:eeff:feee:eeee  prefixlen 64  scopeid 0x20<link>
        ether ee:ee:ee:ee:ee:ee  txqueuelen 0  (Ethernet)
        RX packets 12  bytes 900 (900.0 B)

tunl0: flags=193<UP,RUNNING,NOARP>  mtu 1440
        inet 10.64.9.0  netmask 255.255.255.255
        tunnel   txqueuelen 1000  (IPIP Tunnel)

wlan9: flags=4098<BROADCAST,MULTICAST>  mtu 1500
        ether 02:00:00:00:00:09  txqueuelen 1000  (Ethernet)`
    expect(ifconfig(text)).toEqual([
      {
        name: 'cali77',
        flags: ['UP', 'BROADCAST', 'RUNNING', 'MULTICAST'],
        mtuBytes: 1440,
        mac: 'ee:ee:ee:ee:ee:ee',
        addresses: ['fe80::ecee:eeff:feee:eeee/64'],
      },
      {
        name: 'tunl0',
        flags: ['UP', 'RUNNING', 'NOARP'],
        mtuBytes: 1440,
        kind: 'ipip',
        addresses: ['10.64.9.0/32'],
      },
      {
        name: 'wlan9',
        flags: ['BROADCAST', 'MULTICAST'],
        mtuBytes: 1500,
        mac: '02:00:00:00:00:09',
        addresses: [],
      },
    ])
  })

  test('the form of old, and of BusyBox', () => {
    const text = `eth0      Link encap:Ethernet  HWaddr 02:AA:00:00:00:01
          inet addr:10.3.0.7  Bcast:10.3.15.255  Mask:255.255.240.0
          inet6 addr: fe80::7/64 Scope:Link
          UP BROADCAST RUNNING MULTICAST  MTU:1450  Metric:1
          RX packets:5 errors:0 dropped:0 overruns:0 frame:0
tunl0     Link encap:IPIP Tunnel  HWaddr
          UP RUNNING NOARP  MTU:1430  Metric:1`
    expect(ifconfig(text)).toEqual([
      {
        name: 'eth0',
        flags: ['UP', 'BROADCAST', 'RUNNING', 'MULTICAST'],
        mtuBytes: 1450,
        mac: '02:aa:00:00:00:01',
        addresses: ['10.3.0.7/20', 'fe80::7/64'],
      },
      { name: 'tunl0', flags: ['UP', 'RUNNING', 'NOARP'], mtuBytes: 1430, kind: 'ipip', addresses: [] },
    ])
  })

  test('a first line alone tells nothing of addresses', () => {
    expect(ifconfig('vxlan.calico: flags=4163<UP,RUNNING>  mtu 1410')).toEqual([
      { name: 'vxlan.calico', flags: ['UP', 'RUNNING'], mtuBytes: 1410 },
    ])
  })
})
