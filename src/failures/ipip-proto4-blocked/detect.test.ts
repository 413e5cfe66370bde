import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/ipip-proto4-blocked/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const pool =
  'apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  name: pods\nspec:\n  cidr: 10.60.0.0/16\n  ipipMode: Always\n'
const noPool = pool.replace('ipipMode: Always', 'ipipMode: Never\n  vxlanMode: Never')
const cross = 'Pods on different nodes cannot reach each other.'
const sent = `root@node-a1:~# tcpdump -ni eth0 ip proto 4
10:51:40.123456 IP 10.0.0.21 > 10.0.0.22: IP 10.60.1.7.45678 > 10.60.2.9.80: Flags [S], seq 1, win 64240, length 0`
const silent = `root@node-b2:~# tcpdump -ni eth0 ip proto 4
0 packets captured`
const back =
  '10:51:40.123999 IP 10.0.0.22 > 10.0.0.21: IP 10.60.2.9.80 > 10.60.1.7.45678: Flags [S.], seq 1, win 64240, length 0'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['packets leave one node and do not come to the other', `${sent}\n${silent}`, 'confirmed'],
    ['the same, of which one capture is missing', `${cross}\n${sent}`, 'possible'],
    ['a rule of the host refuses it', `${pool}\n[4:400] -A INPUT -p ipencap -j DROP`, 'confirmed'],
    [
      'a rule for the number that is only called so',
      `${pool}\n-A INPUT -p ipip -s 10.0.0.0/24 -j ACCEPT`,
      'confirmed',
    ],
    [
      'the same in iptables -L, the pool not shown',
      'Chain INPUT (policy DROP 5 packets, 300 bytes)\n pkts bytes target prot opt in out source destination\n    0     0 ACCEPT     94   --  *      *       10.0.0.0/24          0.0.0.0/0',
      'likely',
    ],
    [
      'firewalld with the wrong protocol',
      `${pool}\npublic (active)\n  target: default\n  interfaces: eth0\n  ports: 179/tcp\n  protocols: ipip`,
      'confirmed',
    ],
    [
      'AKS',
      `${pool}\nNAME                                STATUS   ROLES   AGE   VERSION\naks-pool1-12345678-vmss000001   Ready    <none>   3d   v1.29.2`,
      'confirmed',
    ],
    ['a kernel of Azure', `${pool}\n$ uname -r\n5.15.0-1050-azure`, 'likely'],
    ['opening it cured', `firewall-cmd --permanent --add-protocol=ipencap   # works now`, 'likely'],
    [
      'changing the encapsulation cured',
      'We changed the encapsulation from IPIP to VXLAN and pods reach each other again.',
      'likely',
    ],
    ['people’s words and the pool', `${cross}\n${pool}`, 'possible'],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a pool alone', pool],
    ['it gets through in both directions', `${sent}\n${back}`],
    ['nobody uses it', `${noPool}\n${cross}\n-A INPUT -p ipip -j ACCEPT`],
    ['both numbers are allowed', `${pool}\n-A INPUT -p 94 -j ACCEPT\n-A INPUT -p 4 -j ACCEPT`],
    ['a rule that refused nothing yet', `${pool}\n[0:0] -A INPUT -p 4 -j DROP`],
    [
      'Calico’s own rule against strangers',
      `${pool}\n[9:900] -A cali-INPUT -p ipv4 -m comment --comment "Drop IPIP packets from non-Calico hosts" -j DROP`,
    ],
    ['Azure without IP in IP', `${noPool}\n$ uname -r\n5.15.0-1050-azure`],
    [
      'VXLAN is what was given up',
      'We changed the encapsulation from VXLAN to IPIP and pods reach each other again.',
    ],
    ['BGP is down', 'calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.22'],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))

  test('ping passes: the same packets carry it', () => {
    const text = `${pool}\nPing between pods of different nodes works but TCP connections time out.`
    expect(foundIn(text, mode)).not.toBe('likely')
    expect(foundIn(text, mode)).not.toBe('confirmed')
  })
})

describe('from facts', () => {
  const remarks = [{ says: 'same-node-works-cross-node-fails' as const }]
  const ipPools = [{ name: 'pods', cidr: '10.60.0.0/16', disabled: false, encapsulation: 'ipip' as const }]
  const rule = (protocol: string) => ({
    kind: 'security-group' as const,
    group: 'sg-nodes',
    direction: 'inbound' as const,
    action: 'allow' as const,
    protocol,
  })
  test.each<[string, Table, string | undefined]>([
    ['the group allows 94', { ipPools, remarks, cloudRules: [rule('tcp'), rule('94')] }, 'confirmed'],
    ['the group allows TCP and UDP', { ipPools, remarks, cloudRules: [rule('tcp'), rule('udp')] }, 'likely'],
    ['the group allows everything', { ipPools, remarks, cloudRules: [rule('tcp'), rule('all')] }, 'possible'],
    ['the group allows 4', { ipPools, remarks, cloudRules: [rule('tcp'), rule('4')] }, 'possible'],
    [
      'no pool uses it',
      {
        ipPools: [{ name: 'pods', cidr: '10.60.0.0/16', disabled: false, encapsulation: 'vxlan' }],
        remarks,
        cloudRules: [rule('94')],
      },
      undefined,
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
