import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/vxlan-port-4789-blocked/index.ts'

const pool =
  'apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  name: pods\nspec:\n  cidr: 10.60.0.0/16\n  vxlanMode: Always\n'
const ipip = pool.replace('vxlanMode', 'ipipMode')
const cross = 'Pods on different nodes cannot reach each other.'
const sent = `root@node-a1:~# tcpdump -ni eth0 udp port 4789
10:51:40.123456 IP 10.0.0.21.41234 > 10.0.0.22.4789: VXLAN, flags [I] (0x08), vni 4096`
const silent = 'root@node-b2:~# tcpdump -ni eth0 udp port 4789\n0 packets captured'
const device = (node: string, port: number) =>
  `root@${node}:~# ip -d link show vxlan.calico\n9: vxlan.calico: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN\n    link/ether 66:01:02:03:04:05 brd ff:ff:ff:ff:ff:ff\n    vxlan id 4096 local 10.0.0.21 dev eth0 srcport 0 0 dstport ${port} nolearning`
const felix = (port: number) =>
  `apiVersion: crd.projectcalico.org/v1\nkind: FelixConfiguration\nmetadata:\n  name: default\nspec:\n  vxlanPort: ${port}\n`
const calicosDrop = (count: string) =>
  `[${count}] -A cali-INPUT -p udp -m comment --comment "Drop IPv4 VXLAN packets from non-allowed hosts" -m multiport --dports 4789 -m addrtype --dst-type LOCAL -j DROP`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['packets leave one node and do not come to the other', `${sent}\n${silent}`, 'confirmed'],
    ['the same, of which one capture is missing', `${cross}\n${sent}`, 'possible'],
    [
      'a rule of the host refuses the port',
      `${pool}\n[4:400] -A INPUT -p udp -m udp --dport 4789 -j DROP`,
      'confirmed',
    ],
    [
      'a rule for a range of ports, by nft',
      `${pool}\ntable inet fw {\n chain input {\n udp dport 4000-5000 counter packets 7 bytes 700 drop\n }\n}`,
      'confirmed',
    ],
    ['nodes use different ports', `${device('node-a1', 4789)}\n${device('node-b2', 8472)}`, 'confirmed'],
    ['the variable wins over the resource', `${cross}\nFELIX_VXLANPORT=4789\n${felix(4799)}`, 'likely'],
    [
      'Felix says that it skips the resource',
      `${cross}\n2025-03-04 05:06:07.089 [WARNING][71] felix/config_params.go 123: Skipping config value for VXLANPort from datastore (global); already have a value from environment variable`,
      'likely',
    ],
    ['Calico drops the packets of strangers', `${cross}\n${calicosDrop('77:9000')}`, 'likely'],
    [
      'another program has the port',
      `${pool}\n${cross}\nudp   UNCONN 0  0  0.0.0.0:4789  0.0.0.0:*  users:(("openvswitchd",pid=9,fd=7))`,
      'likely',
    ],
    ['a port that was opened cured', 'ufw allow 4789/udp   # works now', 'likely'],
    ['another port cured', `${cross}\nFELIX_VXLANPORT=4799   # fixed it`, 'likely'],
    ['people’s words and the pool', `${cross}\n${pool}`, 'possible'],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a pool alone', pool],
    ['nobody uses VXLAN', `${ipip}\n${cross}\n[4:400] -A INPUT -p udp -m udp --dport 4789 -j DROP`],
    ['another port is refused', `${pool}\n[4:400] -A INPUT -p udp -m udp --dport 4788 -j DROP`],
    ['the same number of TCP', `${pool}\n[4:400] -A INPUT -p tcp -m tcp --dport 4789 -j DROP`],
    ['Calico’s rule has dropped nothing', calicosDrop('0:0')],
    [
      'pods may not send VXLAN: that is no fault',
      '[8:800] -A cali-fw-cali0ef24b1aa10 -p udp -m multiport --dports 4789 -j DROP',
    ],
    ['both places name one port', `FELIX_VXLANPORT=4789\n${felix(4789)}`],
    ['nodes use one port', `${device('node-a1', 8472)}\n${device('node-b2', 8472)}`],
    ['the kernel’s own socket', `${pool}\nudp   UNCONN 0  0  0.0.0.0:4789  0.0.0.0:*`],
    ['another port was opened', 'ufw allow 179/tcp   # works now'],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))

  test.each<[string, string]>([
    [
      'ping passes: VXLAN packets arrive',
      'Ping between pods of different nodes works but TCP connections time out.',
    ],
    ['small packets pass', 'Small requests between pods pass, large responses hang.'],
    [
      'packets come back',
      `${sent}\n10:51:40.123999 IP 10.0.0.22.41299 > 10.0.0.21.4789: VXLAN, flags [I] (0x08), vni 4096`,
    ],
  ])('%s', (_, text) => expect(foundIn(`${pool}\n${cross}\n${text}`, mode)).not.toMatch(/likely|confirmed/))
})

describe('from facts', () => {
  const remarks = [{ says: 'same-node-works-cross-node-fails' as const }]
  const ipPools = [{ name: 'pods', cidr: '10.60.0.0/16', disabled: false, encapsulation: 'vxlan' as const }]
  const rule = (protocol: string, port?: number, action: 'allow' | 'deny' = 'allow') => ({
    kind: 'security-group' as const,
    group: 'sg-nodes',
    direction: 'inbound' as const,
    action,
    protocol,
    ...(port !== undefined && { portMin: port, portMax: port }),
  })
  test.each<[string, Table, string | undefined]>([
    ['an ACL denies the port', { ipPools, remarks, cloudRules: [rule('udp', 4789, 'deny')] }, 'confirmed'],
    [
      'the group allows other ports',
      { ipPools, remarks, cloudRules: [rule('tcp', 179), rule('udp', 53)] },
      'likely',
    ],
    [
      'the group allows the port',
      { ipPools, remarks, cloudRules: [rule('tcp', 179), rule('udp', 4789)] },
      'possible',
    ],
    [
      'the group allows all of UDP',
      { ipPools, remarks, cloudRules: [rule('tcp', 179), rule('udp')] },
      'possible',
    ],
    [
      'a test of UDP from a host does not arrive',
      {
        ipPools,
        remarks,
        reachability: [
          { node: 'w1', in: 'host', to: '10.0.0.22', port: 4789, protocol: 'udp', outcome: 'timed-out' },
        ],
      },
      'likely',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
