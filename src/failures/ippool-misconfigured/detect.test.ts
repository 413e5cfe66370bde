import { describe, expect, test } from 'vitest'
import type { IpPoolRow, ReachabilityRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/ippool-misconfigured/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const kubeadm =
  'apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nnetworking:\n  podSubnet: 10.32.0.0/16\n'
const pool = (spec: string) =>
  `apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata:\n  name: main\nspec:\n${spec}`
const refused = (error: string) =>
  `Failed to create 'IPPool' resource: [error with field IPPool.Spec.CIDR = '10.32.0.0/16' (${error})]`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'two pools overlap, as calicoctl says it',
      refused('IPPool(second) CIDR overlaps with IPPool(main) CIDR 10.32.0.0/14'),
      'confirmed',
    ],
    [
      'a pool smaller than a block',
      refused(
        'IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.',
      ),
      'confirmed',
    ],
    [
      'the same before 3.3',
      "Failed to execute command: error with field CIDR = '10.32.2.0/27' (IP pool size is too small (min /26) for use with Calico IPAM)",
      'confirmed',
    ],
    [
      'IP-in-IP for IPv6',
      refused("IPIPMode other than 'Never' is not supported on an IPv6 IP pool"),
      'confirmed',
    ],
    [
      'pods are to have addresses of a pool that is not there',
      'Failed to create pod sandbox: networkPlugin cni failed to set up pod "web-0_shop" network: error parsing pool "rack-9": invalid CIDR address: rack-9',
      'confirmed',
    ],
    [
      'the pool lies outside of kubeadm’s range',
      `${kubeadm}\n---\n${pool('  cidr: 192.168.0.0/16\n  ipipMode: Always\n  natOutgoing: true\n')}`,
      'confirmed',
    ],
    [
      'the environment asks for such a pool',
      `${kubeadm}\n\n            - name: CALICO_IPV4POOL_CIDR\n              value: "192.168.0.0/16"\n            - name: IP\n              value: autodetect\n`,
      'confirmed',
    ],
    [
      'no NAT, and the outside is out of reach',
      `Pods cannot reach the internet.\n\n${pool('  cidr: 10.32.0.0/16\n  ipipMode: Always\n  natOutgoing: false\n')}`,
      'likely',
    ],
    [
      'the node has no PodCIDR',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": plugin type="calico" failed (add): no podCidr for node w7',
      'confirmed',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without kubeadm’s range the pool’s is not wrong', () => {
    expect(foundIn(pool('  cidr: 192.168.0.0/16\n  ipipMode: Always\n  natOutgoing: true\n'), mode)).toBe(
      'not found',
    )
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'a pool inside of the range',
      `${kubeadm}\n---\n${pool('  cidr: 10.32.0.0/18\n  ipipMode: Never\n  natOutgoing: true\n')}`,
    ],
    [
      'no NAT, and nobody complains about the outside',
      pool('  cidr: 10.32.0.0/16\n  ipipMode: Never\n  natOutgoing: false\n'),
    ],
    [
      'the outside fails while NAT is on',
      `Pods cannot reach the internet.\n\n${pool('  cidr: 10.32.0.0/16\n  ipipMode: Always\n  natOutgoing: true\n')}`,
    ],
    [
      'another resource is refused',
      "Failed to create 'BGPPeer' resource: [error with field BGPPeer.Spec.PeerIP = 'x' (invalid)]",
    ],
    ['no pool is enabled', 'no configured Calico pools for node w7'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const row = (name: string, cidr: string, more: Partial<IpPoolRow> = {}): IpPoolRow => ({
    name,
    cidr,
    disabled: false,
    encapsulation: 'none',
    ...more,
  })
  const tried = (where: ReachabilityRow['in'], outcome: ReachabilityRow['outcome']): ReachabilityRow => ({
    node: 'w1',
    in: where,
    to: '8.8.4.4',
    protocol: 'tcp',
    port: 443,
    outcome,
  })
  const confidence = (table: Table) =>
    diagnose(factsOf(table, { complete: ['ipPools'] }), [mode]).causes.map((cause) => cause.confidence)

  test('the host reaches what the pod does not', () => {
    const ipPools = [row('main', '10.32.0.0/16', { natOutgoing: false })]
    expect(confidence({ ipPools, reachability: [tried('pod', 'timed-out'), tried('host', 'ok')] })).toEqual([
      'confirmed',
    ])
    expect(confidence({ ipPools, reachability: [tried('pod', 'timed-out')] })).toEqual(['likely'])
    expect(confidence({ ipPools, reachability: [tried('pod', 'ok')] })).toEqual([])
  })

  test('nodes with /32 matter to CrossSubnet alone', () => {
    const calicoNodes = [
      { name: 'w1', ipv4: '10.9.0.1/32' },
      { name: 'w2', ipv4: '10.9.0.2/32' },
    ]
    const found = (encapsulation: IpPoolRow['encapsulation']) =>
      diagnose(factsOf({ calicoNodes, ipPools: [row('main', '10.32.0.0/16', { encapsulation })] }), [mode])
        .preventive.length
    expect(found('ipip-cross-subnet')).toBe(1)
    expect(found('none')).toBe(0)
  })

  test('a second pool beside the cluster’s range is nobody’s mistake', () => {
    const settings = [{ of: 'other', name: 'podSubnet', value: '10.32.0.0/16' }] as const
    const ipPools = [row('main', '10.32.0.0/16'), row('public', '203.0.113.0/24')]
    expect(diagnose(factsOf({ settings, ipPools }), [mode]).preventive).toEqual([])
  })
})
