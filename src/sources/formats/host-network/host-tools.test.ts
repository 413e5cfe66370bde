import { describe, expect, test } from 'vitest'
import { linesOf } from '#sources/formats/host-network/block.ts'
import { parseDriver, parseFeatures } from '#sources/formats/host-network/ethtool.ts'
import { parseFirewalld, parseUfw } from '#sources/formats/host-network/firewalls.ts'
import { parseIpsets } from '#sources/formats/host-network/ipset.ts'
import {
  parseNetworkctlStatus,
  parseNmcliDevices,
} from '#sources/formats/host-network/network-manager-status.ts'
import { parseNetworkctlTable, parseNmcliTable } from '#sources/formats/host-network/network-managers.ts'
import { parseWireguard } from '#sources/formats/host-network/wireguard.ts'

const rowsOf = (block: { readonly found: readonly { readonly row: object }[] } | undefined) =>
  block?.found.map(({ row }) => row)

describe('NetworkManager', () => {
  const nm = { manager: 'NetworkManager' }

  test('nmcli device', () => {
    const text = `DEVICE        TYPE      STATE                                  CONNECTION
ens3          ethernet  connected                              System ens3
docker0       bridge    connected (externally)                 docker0
cali9f01      ethernet  connecting (getting IP configuration)  Wired connection 4
tunl0         iptunnel  unmanaged                              --
ens4          ethernet  disconnected                           --`
    expect(rowsOf(parseNmcliTable(linesOf(text), 0))).toEqual([
      { ...nm, link: 'ens3', state: 'connected', managed: true, claimedBy: 'System ens3' },
      { ...nm, link: 'docker0', state: 'connected (externally)', managed: false, claimedBy: 'docker0' },
      {
        ...nm,
        link: 'cali9f01',
        state: 'connecting (getting IP configuration)',
        managed: true,
        claimedBy: 'Wired connection 4',
      },
      { ...nm, link: 'tunl0', state: 'unmanaged', managed: false },
      { ...nm, link: 'ens4', state: 'disconnected', managed: true },
    ])
  })

  test('nmcli device show, several', () => {
    const text = `GENERAL.DEVICE:                         cali9f01
GENERAL.TYPE:                           ethernet
GENERAL.STATE:                          100 (connected)
GENERAL.CONNECTION:                     Wired connection 4
IP4.ADDRESS[1]:                         169.254.7.7/16

GENERAL.DEVICE:                         tunl0
GENERAL.STATE:                          10 (unmanaged)
GENERAL.CONNECTION:                     --`
    expect(rowsOf(parseNmcliDevices(linesOf(text), 0))).toEqual([
      { ...nm, link: 'cali9f01', state: 'connected', managed: true, claimedBy: 'Wired connection 4' },
      { ...nm, link: 'tunl0', state: 'unmanaged', managed: false },
    ])
  })

  test.each(['cali9 veth pair connected to it', 'node-1 bridge is unmanaged', 'eth0 ethernet'])(
    'near miss: %s',
    (text) => expect(parseNmcliTable(linesOf(text), 0)).toBeUndefined(),
  )
})

describe('systemd-networkd', () => {
  const networkd = { manager: 'systemd-networkd' }

  test('networkctl', () => {
    const text = `IDX LINK             TYPE     OPERATIONAL SETUP
  1 lo               loopback carrier     unmanaged
  2 ens3             ether    routable    configured
 14 cali9f01         ether    degraded    configuring

3 links listed.`
    expect(rowsOf(parseNetworkctlTable(linesOf(text), 0))).toEqual([
      { ...networkd, link: 'lo', state: 'unmanaged', managed: false },
      { ...networkd, link: 'ens3', state: 'configured', managed: true },
      { ...networkd, link: 'cali9f01', state: 'configuring', managed: true },
    ])
  })

  test.each<[string, string, string | undefined, object[]]>([
    [
      'that a file claims',
      '● 14: cali9f01\n       Link File: /usr/lib/systemd/network/99-default.link\n    Network File: /etc/systemd/network/20-all.network\n           State: carrier (configuring)',
      undefined,
      [
        {
          ...networkd,
          link: 'cali9f01',
          state: 'configuring',
          managed: true,
          claimedBy: '/etc/systemd/network/20-all.network',
        },
      ],
    ],
    [
      'that nobody manages, its first line cut',
      'Link File: n/a\nNetwork File: n/a\nState: routable (unmanaged)',
      'tunl0',
      [{ ...networkd, link: 'tunl0', state: 'unmanaged', managed: false }],
    ],
    ['without a name', 'Network File: n/a\nState: routable (unmanaged)', undefined, []],
  ])('networkctl status of a link %s', (_, text, link, rows) =>
    expect(rowsOf(parseNetworkctlStatus(linesOf(text), 0, link)) ?? []).toEqual(rows),
  )

  test('near miss: the state of a container in a describe', () => {
    expect(parseNetworkctlStatus(linesOf('3: web\n    State:          Running'), 0)?.found ?? []).toEqual([])
  })
})

describe('ethtool', () => {
  test('-k', () => {
    const text =
      'Features for vxlan.calico:\nrx-checksumming: on\ntx-checksumming: on\n        tx-checksum-ipv4: off [fixed]\n        tx-checksum-ip-generic: on\nother: x'
    expect(rowsOf(parseFeatures(linesOf(text), 0))).toEqual([
      { device: 'vxlan.calico', name: 'rx-checksumming', value: 'on' },
      { device: 'vxlan.calico', name: 'tx-checksumming', value: 'on' },
      { device: 'vxlan.calico', name: 'tx-checksum-ipv4', value: 'off' },
      { device: 'vxlan.calico', name: 'tx-checksum-ip-generic', value: 'on' },
    ])
  })

  test.each<[string, string, string | undefined, object[] | undefined]>([
    [
      'one line, under its command',
      'generic-receive-offload: on',
      'ens3',
      [{ device: 'ens3', name: 'generic-receive-offload', value: 'on' }],
    ],
    [
      'one line that nothing else prints',
      'tx-checksum-ip-generic: on',
      undefined,
      [{ name: 'tx-checksum-ip-generic' }],
    ],
    ['one line that may be anybody’s', 'rx-mode: on', undefined, undefined],
    [
      'what a change answers tells of the change',
      'Actual changes:\ntx-checksum-ip-generic: off',
      undefined,
      [],
    ],
  ])('%s', (_, text, device, rows) => {
    const read = rowsOf(parseFeatures(linesOf(text), 0, device))
    if (rows === undefined) expect(read).toBeUndefined()
    else expect(read).toMatchObject(rows)
  })

  test('-i', () => {
    expect(
      parseDriver(
        linesOf('driver: vmxnet3\nversion: 1.7\nfirmware-version: \nbus-info: 0000:0b:00.0\nx'),
        0,
        'ens3',
      ),
    ).toEqual({
      end: 4,
      found: [{ at: 0, row: { device: 'ens3', name: 'driver', value: 'vmxnet3' } }],
    })
    expect(parseDriver(linesOf('driver: bridge\nname: x'), 0)).toBeUndefined()
  })
})

describe('ufw and firewalld', () => {
  test('ufw status verbose', () => {
    const text = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), deny (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW IN    Anywhere
179/tcp                    ALLOW IN    10.7.0.0/16                # bgp`
    expect(parseUfw(linesOf(text), 0)).toEqual({
      end: 9,
      program: 'ufw',
      isActive: true,
      settings: [
        { at: 2, name: 'incoming', value: 'deny' },
        { at: 2, name: 'outgoing', value: 'allow' },
        { at: 2, name: 'routed', value: 'deny' },
        { at: 7, name: '22/tcp', value: 'ALLOW IN from Anywhere' },
        { at: 8, name: '179/tcp', value: 'ALLOW IN from 10.7.0.0/16' },
      ],
    })
  })

  test('a state alone is ufw’s only under its command', () => {
    expect(parseUfw(linesOf('Status: inactive'), 0)).toBeUndefined()
    expect(parseUfw(linesOf('Status: inactive'), 0, true)).toMatchObject({ isActive: false })
    expect(parseUfw(linesOf('Status: Active'), 0, true)).toBeUndefined()
  })

  test('firewall-cmd --list-all', () => {
    const text = `public (active)
  target: default
  icmp-block-inversion: no
  interfaces: ens3
  sources: 
  ports: 179/tcp 4789/udp
  masquerade: no
  rich rules: 
        rule protocol value="ipip" accept
after`
    expect(parseFirewalld(linesOf(text), 0)).toMatchObject({
      end: 9,
      isActive: true,
      settings: expect.arrayContaining([
        { at: 1, name: 'public.target', value: 'default' },
        { at: 5, name: 'public.ports', value: '179/tcp 4789/udp' },
      ]),
    })
  })

  test.each<[string, boolean, boolean | undefined]>([
    ['running', true, true],
    ['not running', true, false],
    ['FirewallD is not running', false, false],
    ['running', false, undefined],
    ['public', true, undefined],
    ['spec\n  ports: 80', false, undefined],
  ])('firewalld: %j', (text, isAsked, isActive) =>
    expect(parseFirewalld(linesOf(text), 0, isAsked)?.isActive).toBe(isActive),
  )
})

describe('ipset list', () => {
  test('names, types and revisions', () => {
    const text = `Name: cali40nodes
Type: hash:ip
Revision: 6
Header: family inet hashsize 1024 maxelem 1048576
Size in memory: 440
References: 1
Number of entries: 2
Members:
10.7.0.1
10.7.0.2

Name: KUBE-LOOP
Type: hash:ip,port,ip
Members:
10.7.0.1,tcp:80,10.7.0.1
The end.`
    expect(parseIpsets(linesOf(text), 0)).toEqual({
      end: 15,
      found: [
        { at: 0, row: { name: 'cali40nodes', type: 'hash:ip', revision: 6 } },
        { at: 11, row: { name: 'KUBE-LOOP', type: 'hash:ip,port,ip' } },
      ],
    })
  })
  test('near miss: a Service in a describe', () => {
    expect(parseIpsets(linesOf('Name: web\nType: ClusterIP'), 0)).toBeUndefined()
  })
})

describe('wg show', () => {
  test('handshakes by endpoint, without keys', () => {
    const key = 'A'.repeat(43)
    const text = `interface: wireguard.cali
  public key: ${key}=
  private key: (hidden)
  listening port: 51820

peer: ${key}=
  endpoint: 10.3.0.8:51820
  allowed ips: 10.77.3.0/26, 10.3.0.8/32
  latest handshake: 41 seconds ago

peer: ${key}=
  endpoint: 10.3.0.9:51820`
    expect(rowsOf(parseWireguard(linesOf(text), 0))).toEqual([
      { name: 'listening port', value: '51820' },
      { name: 'handshake with 10.3.0.8:51820', value: '41 seconds ago' },
      { name: 'handshake with 10.3.0.9:51820', value: 'never' },
    ])
  })
  test('near miss', () => {
    expect(parseWireguard(linesOf('interface: eth0 is fine'), 0)).toBeUndefined()
  })
})
