import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/crosssubnet-unencapsulated-dropped/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const pool = (modes: string) =>
  `apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  name: pods\nspec:\n  cidr: 10.60.0.0/16\n  ${modes}\n`
const crossing = pool('vxlanMode: CrossSubnet')
const always = pool('vxlanMode: Always')
const none = pool('ipipMode: Never\n  vxlanMode: Never')
const cross = 'Pods on different nodes cannot reach each other.'
const same = 'Between hosts in the same subnet traffic of pods is lost, across subnets it works.'
const check = (value: boolean) =>
  `$ aws ec2 describe-instance-attribute --instance-id i-1 --attribute sourceDestCheck\n{\n    "SourceDestCheck": {\n        "Value": ${value}\n    }\n}`
const refused =
  '2025-03-04 05:06:07.089 [WARNING][71] felix/ec2.go 105: Failed to set source-destination-check: error getting ec2 network-interface-id: UnauthorizedOperation: not allowed src-dst-check="Disable"'
const captures = `root@node-a1:~# tcpdump -ni eth0 icmp
10:51:40.123456 IP 10.60.1.7 > 10.60.2.9: ICMP echo request, id 1, seq 1, length 64
root@node-b2:~# tcpdump -ni eth0 icmp
0 packets captured`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['AWS checks senders, the pool sends bare within a subnet', `${crossing}\n${check(true)}`, 'confirmed'],
    ['the same without any encapsulation', `${none}\n${check(true)}`, 'confirmed'],
    ['port security of OpenStack', `${crossing}\n| port_security_enabled   | True     |`, 'confirmed'],
    [
      'a machine of Google that may not forward',
      `$ gcloud compute instances describe n1 | grep -i forward\n  canIpForward: false\n\n${none}`,
      'confirmed',
    ],
    ['Felix may not switch the check off', refused, 'confirmed'],
    ['packets of pods leave and do not come', `${crossing}\n${captures}`, 'confirmed'],
    ['only nodes of one subnet fail', same, 'likely'],
    [
      'a tunnel that is always used cured: operator',
      'We changed the encapsulation from VXLANCrossSubnet to VXLAN and it works now.',
      'likely',
    ],
    ['a tunnel that is always used cured: pool', 'ipipMode: CrossSubnet -> Always   # solved it', 'likely'],
    ['the check was switched off', 'awsSrcDstCheck: Disable   # fixed it', 'likely'],
    ['people’s words and the pool', `${cross}\n${crossing}`, 'possible'],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a pool alone', crossing],
    ['the check is off', `${crossing}\n${check(false)}`],
    ['the check is on, as everywhere on AWS, and all packets use the tunnel', `${always}\n${check(true)}`],
    ['all packets use the tunnel', `${always}\n${cross}`],
    [
      'Felix switched it off in the end',
      `${refused}\n2025-03-04 05:07:00.100 [INFO][71] felix/ec2.go 142: Successfully set source-destination-check to false on network-interface-id: eni-1`,
    ],
    ['another encapsulation cured', 'We changed the encapsulation from IPIP to VXLAN and it works now.'],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))

  test.each<[string, string]>([
    [
      'only other subnets fail: there the tunnel is used',
      'Pods on nodes of different subnets cannot reach each other.',
    ],
    ['ping passes', 'Ping between pods of different nodes works but TCP connections time out.'],
  ])('%s', (_, text) => expect(foundIn(`${crossing}\n${text}`, mode)).not.toMatch(/likely|confirmed/))
})

describe('from facts', () => {
  const ipPools = [
    { name: 'p', cidr: '10.60.0.0/16', disabled: false, encapsulation: 'ipip-cross-subnet' as const },
  ]
  const remarks = [{ says: 'same-node-works-cross-node-fails' as const }]
  const node = (name: string, calicoIpv4: string) => ({
    name,
    calicoIpv4,
    unschedulable: false,
    conditions: [],
    taints: [],
    labels: {},
  })
  const pairs = (value: string): Table => ({
    ipPools,
    remarks,
    settings: [
      { of: 'cloud', name: 'port-security', value: 'true' },
      { of: 'cloud', name: 'allowed-address-pairs', value },
    ],
  })
  test.each<[string, Table, string | undefined]>([
    ['port security, and no other address is allowed', pairs('[]'), 'confirmed'],
    ['port security, and the pods’ range is allowed', pairs("ip_address='10.60.0.0/16'"), 'possible'],
    [
      'no two nodes share a subnet',
      { ipPools, remarks, nodes: [node('a', '10.0.1.4/24'), node('b', '10.0.2.4/24')] },
      undefined,
    ],
    [
      'two nodes share one',
      { ipPools, remarks, nodes: [node('a', '10.0.1.4/24'), node('b', '10.0.1.5/24')] },
      'possible',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
