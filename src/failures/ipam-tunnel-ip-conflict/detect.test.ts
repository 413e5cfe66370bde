import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/ipam-tunnel-ip-conflict/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const pods = (
  ip: string,
) => `NAMESPACE   NAME                    READY   STATUS    RESTARTS   AGE   IP            NODE   NOMINATED NODE   READINESS GATES
shop        cart-6f7d8c9b5-x2v4n    0/1     Running   9          1h    ${ip}   w7     <none>           <none>
`
const device = `7: tunl0@NONE: <NOARP,UP,LOWER_UP> mtu 1480 state UNKNOWN
    link/ipip 0.0.0.0 brd 0.0.0.0
    inet 10.32.9.128/32 scope global tunl0
`
const block = (handle: string) => `apiVersion: crd.projectcalico.org/v1
kind: IPAMBlock
metadata:
  name: 10-32-9-128-26
spec:
  affinity: host:w7
  allocations: [0, 1, null, null]
  attributes:
  - handle_id: ${handle}
    secondary: {node: w7}
  - handle_id: k8s-pod-network.1f2e3d
    secondary: {namespace: shop, node: w7, pod: cart-0}
  cidr: 10.32.9.128/26
`
const reused =
  '2025-03-04 05:06:07.890 [WARNING][88] tunnel-ip-allocator/allocateip.go 301: IP address has been reused by something else. type="vxlanTunnelAddress"'

const claimed = (address: string, handle: string): string =>
  `2025-03-04 05:06:07.890 [INFO][88] tunnel-ip-allocator/ipam.go 1216: Successfully claimed IPs: [${address}/26] block=10.32.9.128/26 handle="${handle}" host="w7"`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['a pod and tunl0', `${pods('10.32.9.128')}\n${device}`, 'confirmed'],
    ['the allocator of tunnel addresses', reused, 'confirmed'],
    [
      'the tunnel’s address in a block that does not know it',
      `${block('k8s-pod-network.aa11')}\n---\n\n${device}`,
      'confirmed',
    ],
    ['a block with addresses of pods alone', block('k8s-pod-network.aa11'), 'likely'],
    [
      'IPAM’s log of the tunnel, and a pod',
      `${claimed('10.32.9.128', 'ipip-tunnel-addr-w7')}\n\n${pods('10.32.9.128')}`,
      'likely',
    ],
    [
      'IPAM’s log of the tunnel and of a pod',
      [claimed('10.32.9.128', 'vxlan-tunnel-addr-w7'), claimed('10.32.9.128', 'k8s-pod-network.9a8b')].join(
        '\n',
      ),
      'likely',
    ],
    ['told in words', 'A new pod has the same IP as tunl0 of its node.', 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the tunnel’s address it is no conflict', () => {
    expect(foundIn(pods('10.32.9.128'), mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'IPAM’s log of two addresses',
      [claimed('10.32.9.128', 'ipip-tunnel-addr-w7'), claimed('10.32.9.131', 'k8s-pod-network.9a8b')].join(
        '\n',
      ),
    ],
    ['another address', `${pods('10.32.9.131')}\n${device}`],
    ['a block that knows the tunnel', block('ipip-tunnel-addr-w7')],
    [
      'the tunnel gets a new address for another reason',
      '2025-03-04 05:06:07.890 [INFO][88] tunnel-ip-allocator/allocateip.go 301: Current address is not in a valid pool, release it and reassign type="vxlanTunnelAddress"',
    ],
    ['an address of two pods', '  10.32.9.140 has multiple owners.'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const pod = { namespace: 'shop', name: 'cart-0', node: 'w7', ip: '10.32.9.128', containers: [] }
  const node = {
    name: 'w7',
    unschedulable: false,
    conditions: [],
    taints: [],
    labels: {},
    vxlanTunnel: '10.32.9.128',
  }
  const own = { kind: 'block', cidr: '10.32.9.128/26', node: 'w7', holdsTunnelAddress: false } as const
  const findings = (table: Table) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    return [...causes, ...preventive].map(({ confidence }) => confidence)
  }

  test('a pod and the node’s annotation', () => {
    expect(findings({ pods: [pod], nodes: [node] })).toEqual(['confirmed'])
    expect(findings({ pods: [{ ...pod, hostNetwork: true }], nodes: [node] })).toEqual([])
    expect(findings({ pods: [{ ...pod, phase: 'Succeeded' }], nodes: [node] })).toEqual([])
  })

  test('a cluster without tunnels has no handles of tunnels', () => {
    const plain = { name: 'main', cidr: '10.32.0.0/16', disabled: false, encapsulation: 'none' } as const
    expect(findings({ ipamBlocks: [own], ipPools: [plain] })).toEqual([])
    expect(findings({ ipamBlocks: [own], ipPools: [{ ...plain, encapsulation: 'vxlan' }] })).toEqual([
      'likely',
    ])
  })

  test('the second block of a node needs none', () => {
    const first = { ...own, cidr: '10.32.4.0/26', holdsTunnelAddress: true } as const
    const plain = { name: 'main', cidr: '10.32.0.0/16', disabled: false, encapsulation: 'ipip' } as const
    expect(findings({ ipamBlocks: [own, first], ipPools: [plain] })).toEqual([])
  })
})
