import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/vxlan-checksum-offload/index.ts'

const pool =
  'apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  name: pods\nspec:\n  cidr: 10.60.0.0/16\n  vxlanMode: Always\n'
const ipip = pool.replace('vxlanMode', 'ipipMode')
const pingOnly = 'Ping between pods of different nodes works but TCP connections time out.'
const badOuter =
  '10.0.0.22.41299 > 10.0.0.21.4789: [bad udp cksum 0x1f2e -> 0x9a1b!] VXLAN, flags [I] (0x08), vni 4096'
const kernel = (port: number) =>
  `[ 1203.4411] UDP: bad checksum. From 10.0.0.22:41299 to 10.0.0.21:${port} ulen 98`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['a wrong sum, and ping alone passes', `${pingOnly}\n${badOuter}`, 'confirmed'],
    ['a wrong sum alone: so it may look where packets leave', badOuter, 'likely'],
    ['the kernel that receives them says so', kernel(4789), 'confirmed'],
    ['on the port that Linux had before', kernel(8472), 'confirmed'],
    [
      'the card’s driver says so',
      `${pool}\nPods on different nodes cannot reach each other.\n[ 77.1] ens192: hw csum failure`,
      'likely',
    ],
    [
      'Felix cannot switch it off',
      `${pool}\n2025-03-04 05:06:07.890 [WARNING][77] felix/vxlan_mgr.go 501: Failed to configure tunnel device, retrying... error=failed to disable checksum offload: operation not supported`,
      'likely',
    ],
    ['ping alone passes through VXLAN', `${pool}\n${pingOnly}`, 'likely'],
    [
      'switching it off cured',
      '$ sudo ethtool -K vxlan.calico tx-checksum-ip-generic off   # works immediately',
      'likely',
    ],
    ['switching it off on the card cured', 'ethtool -K ens192 tx off   # fixed it', 'likely'],
    [
      'told in a sentence',
      'After we disabled tx checksum offload on the NIC, pods on different nodes reach each other again.',
      'likely',
    ],
    [
      'Felix’s override cured',
      'FELIX_FEATUREDETECTOVERRIDE=ChecksumOffloadBroken=true   # fixed it',
      'likely',
    ],
    [
      'the card is VMware’s and services time out',
      `${pool}\nRequests to services time out.\n# ethtool -i ens192\ndriver: vmxnet3\nversion: 1.7.0.0-k-NAPI`,
      'possible',
    ],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'a VXLAN pool and the card alone',
      `${pool}\n# ethtool -i ens192\ndriver: vmxnet3\nversion: 1.7.0.0-k-NAPI`,
    ],
    ['another tunnel', `${ipip}\n${pingOnly}`],
    ['another port’s UDP, nothing else', `${ipip}\n${kernel(53)}`],
    [
      'packets with a right sum',
      '10.0.0.22.41299 > 10.0.0.21.4789: [udp sum ok] VXLAN, flags [I] (0x08), vni 4096',
    ],
    [
      'TCP of a host whose card makes the sums',
      '10:00:00.123456 IP 10.0.0.7.443 > 10.0.0.8.51000: Flags [.], cksum 0x1234 (incorrect -> 0x5678), ack 1, win 501, length 0',
    ],
    ['another offload', 'ethtool -K eth0 gro off   # fixed it'],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))

  test.each<[string, string]>([
    ['it did not help', `${pool}\n${pingOnly}\nWe disabled tx checksum offload, no change.`],
    ['large packets alone fail', `${pool}\nSmall requests between pods pass, large responses hang.`],
  ])('%s', (_, text) => expect(foundIn(text, mode)).not.toMatch(/likely|confirmed/))
})

describe('from facts', () => {
  const ipPools = [{ name: 'pods', cidr: '10.60.0.0/16', disabled: false, encapsulation: 'vxlan' as const }]
  const test1 = (protocol: 'icmp' | 'tcp', outcome: 'ok' | 'timed-out') => ({
    node: 'w1',
    in: 'pod' as const,
    to: '10.60.2.9',
    protocol,
    outcome,
  })
  test.each<[string, Table, string | undefined]>([
    [
      'tests from a pod: ping passes, TCP does not',
      { ipPools, reachability: [test1('icmp', 'ok'), test1('tcp', 'timed-out')] },
      'likely',
    ],
    [
      'ping fails as well',
      { ipPools, reachability: [test1('icmp', 'timed-out'), test1('tcp', 'timed-out')] },
      undefined,
    ],
    [
      'the tunnel makes its sums itself',
      {
        ipPools,
        reachability: [test1('icmp', 'ok'), test1('tcp', 'timed-out')],
        settings: [{ of: 'ethtool', in: 'vxlan.calico', name: 'tx-checksum-ip-generic', value: 'off' }],
      },
      'possible',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
