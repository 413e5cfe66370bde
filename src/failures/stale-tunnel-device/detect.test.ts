import { describe, expect, test } from 'vitest'
import type { LinkRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/stale-tunnel-device/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const cross = 'Pods on different nodes cannot reach each other.'
const pool = (modes: string) =>
  `apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  name: pods\nspec:\n  cidr: 10.60.0.0/16\n  ${modes}\n`
const missing = (device: string) =>
  `2025-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 812: Interface missing, will retry if it appears. ifaceName="${device}" ipVersion=0x4 tableIndex=254`
const device = (local: string, parent: string) =>
  `root@node-a1:~# ip -d addr\n2: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 10.0.0.21/24 scope global eth0\n3: eth1: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP\n    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff\n    inet 192.0.2.21/24 scope global eth1\n9: vxlan.calico: <BROADCAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN\n    link/ether 66:01:02:03:04:05 brd ff:ff:ff:ff:ff:ff\n    vxlan id 4096 local ${local} dev ${parent} srcport 0 0 dstport 4789 nolearning\n    inet 10.60.1.0/32 scope global vxlan.calico`
const fdb = (...entries: readonly string[]) =>
  `root@node-b2:~# bridge fdb show dev vxlan.calico\n${entries.map((entry) => `${entry} self permanent`).join('\n')}`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'Felix’s device is down and bare',
      '9: vxlan.calico: <BROADCAST,MULTICAST> mtu 1450 qdisc noqueue state DOWN group default\n    link/ether 66:01:02:03:04:05 brd ff:ff:ff:ff:ff:ff',
      'likely',
    ],
    [
      'neighbours of machines that are gone, as somebody says',
      'FDB entries of vxlan.calico point to a stale node, its MAC is listed twice.',
      'likely',
    ],
    ['it sends from an address that the node has no more', device('10.0.0.99', 'eth0'), 'confirmed'],
    ['it is tied to another card', device('10.0.0.21', 'eth1'), 'confirmed'],
    [
      'two hardware addresses for one node',
      fdb('66:01:02:03:04:05 dst 10.0.0.21', '66:aa:02:03:04:05 dst 10.0.0.21'),
      'confirmed',
    ],
    [
      'a neighbour knows an old hardware address',
      `${device('10.0.0.21', 'eth0')}\n${fdb('66:ff:02:03:04:05 dst 10.0.0.21')}`,
      'confirmed',
    ],
    [
      'Felix waits for a tunnel that no pool uses',
      `${missing('vxlan.calico')}\n${pool('ipipMode: Always')}`,
      'confirmed',
    ],
    [
      'Felix waits for a tunnel that is asked for',
      `${cross}\nFELIX_VXLANENABLED=true\n${missing('vxlan.calico')}`,
      'likely',
    ],
    [
      'the setting switches off what a pool needs',
      `${cross}\nFELIX_VXLANENABLED=false\n\n${pool('vxlanMode: Always')}`,
      'confirmed',
    ],
    [
      'another device has the number',
      '2025-03-04 05:06:07.089 [WARNING][71] felix/vxlan_mgr.go 401: Failed to create VXLAN device. Another device with this VNI may already exist error=file exists',
      'likely',
    ],
    ['deleting it cured', `ip link delete vxlan.calico   # fixed it`, 'likely'],
    [
      'told in a sentence',
      'After we deleted vxlan.calico pods on that node reach the others again.',
      'likely',
    ],
    [
      'people’s words beside a device that had another address',
      `${cross} The node was reinstalled.\n2025-03-04 05:06:07.089 [INFO][71] felix/vxlan_mgr.go 601: Removing unwanted IP from tunnel device tunnelDevice="vxlan.calico" unwanted=10.60.9.0/32`,
      'possible',
    ],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'the kernel’s own tunl0',
      '3: tunl0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN group default\n    link/ipip 0.0.0.0 brd 0.0.0.0',
    ],
    [
      'the setting switches off what no pool needs',
      `${cross}\nFELIX_VXLANENABLED=false\n\n${pool('ipipMode: Always')}`,
    ],
    [
      'the setting says what the pool says',
      `${cross}\nFELIX_VXLANENABLED=true\n\n${pool('vxlanMode: Always')}`,
    ],
    ['all is as it should be', device('10.0.0.21', 'eth0')],
    [
      'one hardware address for each node',
      fdb('66:01:02:03:04:05 dst 10.0.0.21', '66:aa:02:03:04:05 dst 10.0.0.22'),
    ],
    [
      'a pod’s interface is missing: the pod has ended',
      `${missing('cali0ef24b1aa10')}\n${pool('ipipMode: Always')}`,
    ],
    ['a tunnel that pools use is not there yet', `${missing('vxlan.calico')}\n${pool('vxlanMode: Always')}`],
    [
      'Felix configured it in the end',
      `${missing('vxlan.calico')}\n${pool('ipipMode: Always')}\n2025-03-04 05:06:09.089 [INFO][71] felix/vxlan_mgr.go 398: VXLAN tunnel device configured`,
    ],
    ['another device was deleted', 'ip link delete docker0   # fixed it'],
    ['the encapsulation was changed', 'We changed the encapsulation from IPIP to VXLAN and it works now.'],
    [
      'a tunnel that the kernel makes',
      'root@node-a1:~# ip addr show tunl0\n4: tunl0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN group default qlen 1000\n    link/ipip 0.0.0.0 brd 0.0.0.0',
    ],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))
})

describe('from facts', () => {
  const node = (ipipTunnel: string) => ({
    name: 'w1',
    calicoIpv4: '10.0.0.21/24',
    ipipTunnel,
    unschedulable: false,
    conditions: [],
    taints: [],
    labels: {},
  })
  const tunl0: LinkRow = { node: 'w1', in: 'host', name: 'tunl0', flags: ['UP'], addresses: ['10.60.1.0/32'] }
  const remarks = [{ says: 'same-node-works-cross-node-fails' as const, node: 'w1' }]
  test.each<[string, Table, string | undefined]>([
    [
      'the device has another address than the node’s',
      { links: [tunl0], nodes: [node('10.60.7.0')], remarks },
      'confirmed',
    ],
    ['it has the node’s', { links: [tunl0], nodes: [node('10.60.1.0')], remarks }, undefined],
    [
      'it has none yet',
      { links: [{ ...tunl0, addresses: [] }], nodes: [node('10.60.1.0')], remarks },
      undefined,
    ],
    [
      'of another node',
      { links: [{ ...tunl0, node: 'w2' }], nodes: [node('10.60.7.0')], remarks },
      undefined,
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })

  test.each<[string, string, readonly string[], readonly string[]]>([
    ['a Felix that hears of nothing has not been told of the new one', 'typha/all-failed', [], ['node/w1']],
    ['one that has started and programmed nothing', 'felix/starting', [], ['node/w1']],
    ['one that says something else', 'felix/in-sync', ['node/w1'], []],
  ])('another address than the node’s: %s', (_, id, found, open) => {
    const table = {
      links: [tunl0],
      nodes: [node('10.60.7.0')],
      remarks,
      messages: [
        { message: { id, params: {} }, node: 'w1', container: 'calico-node', count: 1, atMs: ago(1) },
      ],
    }
    const { causes, unknown } = diagnose(factsOf(table, { complete: ['links', 'settings'] }), [mode])
    expect(causes.map(({ finding }) => renderSubject(finding.about))).toEqual(found)
    expect(unknown.map(({ about }) => renderSubject(about)).filter((one) => one === 'node/w1')).toEqual(open)
  })
})
