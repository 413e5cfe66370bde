import { describe, expect, test } from 'vitest'
import type { LinkRow, PodRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/stale-state-other-cni/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const cross = 'Pods on different nodes cannot reach each other.'
const pool =
  'apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  name: pods\nspec:\n  cidr: 10.60.0.0/16\n  vxlanMode: Always\n'
const flannel1 = (id: number, port: number) =>
  `8: flannel.1: <BROADCAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    vxlan id ${id} local 10.0.0.21 dev eth0 srcport 0 0 dstport ${port} nolearning`
const own =
  '9: vxlan.calico: <BROADCAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN\n    link/ether 66:01:02:03:04:05 brd ff:ff:ff:ff:ff:ff\n    vxlan id 4096 local 10.0.0.21 dev eth0 srcport 0 0 dstport 4789 nolearning'
const links = (...each: readonly string[]) => `root@node-a1:~# ip -d link\n${each.join('\n')}`
const exists =
  '2025-03-04 05:06:07.089 [WARNING][71] felix/vxlan_mgr.go 401: Failed to create VXLAN device. Another device with this VNI may already exist error=file exists'
const calicosRule = '-A cali-FORWARD -i cali+ -j cali-from-wl-dispatch'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['another device with Calico’s number and port', links(flannel1(4096, 4789), own), 'confirmed'],
    [
      'Felix cannot make its device, and another is there',
      `${links(flannel1(1, 8472))}\n${exists}`,
      'confirmed',
    ],
    [
      'pods’ addresses lead into another network’s bridge',
      `${pool}\n10.60.3.0/24 dev cni0 proto kernel scope link src 10.60.3.1`,
      'confirmed',
    ],
    [
      'Calico was uninstalled and its chains stay',
      `helm uninstall calico -n tigera-operator\n\n${calicosRule}`,
      'confirmed',
    ],
    [
      'device and chains of flannel',
      `${cross}\n${links(flannel1(1, 8472))}\n-A FORWARD -j FLANNEL-FWD`,
      'likely',
    ],
    [
      'two networks run at once',
      'NAMESPACE      NAME                    READY   STATUS    RESTARTS   AGE\nkube-system    calico-node-x7k2p       1/1     Running   0          3d\nkube-flannel   kube-flannel-ds-9q2lm   1/1     Running   0          9d',
      'likely',
    ],
    [
      'flushing cured, and flannel was there before',
      'We used flannel before.\niptables -F   # works again',
      'likely',
    ],
    ['deleting its bridge cured', 'ip link delete cni0   # fixed it', 'likely'],
    [
      'since flannel was uninstalled it is broken',
      'We uninstalled flannel. Since then new pods have no network.',
      'likely',
    ],
    ['people’s words', `${cross} We used Weave before and switched to Calico.`, 'likely'],
    ['one device, and pods fail', `${cross}\n${links(flannel1(1, 8472))}`, 'possible'],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a device that lies about, and nobody complains of traffic', links(flannel1(1, 8472))],
    [
      'canal: flannel is meant to be there',
      'NAMESPACE     NAME          READY   STATUS    RESTARTS   AGE\nkube-system   canal-x7k2p   2/2     Running   0          3d\n' +
        links(flannel1(1, 8472)),
    ],
    ['Calico does policy only', `CALICO_NETWORKING_BACKEND=none\n${cross}\n${links(flannel1(1, 8472))}`],
    ['only Calico’s', links(own)],
    [
      'Docker’s bridge',
      links(
        '5: docker0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN\n    link/ether 02:42:00:00:00:01 brd ff:ff:ff:ff:ff:ff',
      ),
    ],
    ['Calico’s chains, and nobody uninstalled it', calicosRule],
    [
      'a route of another network beside the pool',
      `${pool}\n10.88.3.0/24 dev cni0 proto kernel scope link src 10.88.3.1`,
    ],
    ['flushing cured, which it does of many things', 'iptables -F   # works again'],
    ['Calico’s own device was deleted', 'ip link delete vxlan.calico   # fixed it'],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))
})

describe('from facts', () => {
  const link = (name: string): LinkRow => ({ node: 'w1', in: 'host', name, flags: ['UP'] })
  const rule = (chain: string) => ({
    node: 'w1',
    backend: 'legacy' as const,
    family: 4 as const,
    table: 'filter',
    chain,
    position: 1,
    target: 'DROP',
  })
  const web: PodRow = { namespace: 'shop', name: 'web-1', node: 'w1', ready: false, containers: [] }
  const table = (more: Table): Table => ({
    pods: [web],
    reachability: [{ node: 'w1', in: 'pod', to: '10.60.2.9', protocol: 'tcp', outcome: 'timed-out' }],
    ...more,
  })
  test.each<[string, Table, string | undefined]>([
    ['Calico’s chains without any calico-node', table({ filterRules: [rule('cali-FORWARD')] }), 'confirmed'],
    [
      'kube-proxy’s chains without any calico-node',
      table({ filterRules: [rule('KUBE-FORWARD')] }),
      undefined,
    ],
    [
      'device and chains of Cilium',
      table({ links: [link('cilium_host')], filterRules: [rule('CILIUM_FORWARD')] }),
      'likely',
    ],
  ])('%s', (_, rows, expected) => {
    expect(diagnose(factsOf(rows, { complete: ['pods'] }), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
