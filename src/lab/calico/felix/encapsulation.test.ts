import { describe, expect, test } from 'vitest'
import type { Condition, IPPool, Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { type CalicoBed, calicoBed } from '#lab/calico/test-bed.ts'

const first = 'k8s-worker-01'
const second = 'k8s-worker-02'

const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some((each: Condition) => each.type === 'Ready' && each.status === 'True') ?? false

/** A cluster whose pool was changed while it ran, with a pod on each worker: Felix has started anew by then. */
async function encapsulated(change: Partial<IPPool['spec']>): Promise<CalicoBed> {
  const bed = await calicoBed({ flavour: 'plain', workers: 2 })
  for (const node of bed.names) await bed.until(async () => isReady(await bed.calicoNode(node)))
  const pool = await bed.kube.get<IPPool>({ type: resources.ipPools, name: 'default-ipv4-ippool' })
  await bed.kube.update(resources.ipPools, { ...pool, spec: { ...pool.spec, ...change } })
  await bed.advance(30)
  for (const node of bed.names) await bed.until(async () => isReady(await bed.calicoNode(node)))
  for (const node of [first, second]) {
    await bed.addPod(`app-${node}`, node)
    await bed.until(async () => isReady(await bed.pod(`app-${node}`)))
  }
  await bed.advance(5)
  return bed
}

const ip = async (bed: CalicoBed, name: string): Promise<string> => (await bed.pod(name)).status.podIP ?? ''

/** Much as `ip route` prints them. */
const routes = (bed: CalicoBed, node: string): string =>
  bed
    .machine(node)
    .net.routes()
    .map(({ kind, destination, via, dev, protocol, onlink }) =>
      [kind, destination, via, dev, protocol, onlink ? 'onlink' : ''].filter((word) => word).join(' '),
    )
    .join('\n')

const podMtu = (bed: CalicoBed): number | undefined =>
  bed
    .machine(first)
    .net.links()
    .find(({ name }) => name.startsWith('cali'))?.mtuBytes

const hops = async (bed: CalicoBed): Promise<string> =>
  bed
    .machine(first)
    .net.trace({ to: await ip(bed, `app-${second}`), protocol: 'icmp' })
    .map(({ at, what }) => `${at}: ${what}`)
    .join('\n')

describe('a pool that becomes VXLAN', () => {
  test('gets devices, neighbours and routes, and pods reach each other inside UDP', async () => {
    const bed = await encapsulated({ vxlanMode: 'Always', ipipMode: 'Never' })
    expect(await bed.logs(first)).toContain('IPIP and/or VXLAN encapsulation changed, need to restart.')
    const node = await bed.kube.get<Node>({ type: resources.nodes, name: second })
    const vtep = node.metadata.annotations?.['projectcalico.org/IPv4VXLANTunnelAddr'] ?? ''
    expect(vtep).toMatch(/^10\.244\./)
    expect(routes(bed, first)).toContain(`${vtep} vxlan.calico boot onlink`)
    expect(routes(bed, first)).toMatch(/^blackhole 10\.244\.\d+\.\d+\/26 80$/m)
    const { net } = bed.machine(first)
    const mac = expect.stringMatching(/^66(:[0-9a-f]{2}){5}$/)
    expect(net.neighbours()).toContainEqual({ link: 'vxlan.calico', address: vtep, mac, permanent: true })
    expect(net.fdb()).toContainEqual({ link: 'vxlan.calico', mac, destination: '10.0.0.22' })
    expect(podMtu(bed)).toBe(1450)
    expect(await hops(bed)).toMatch(/unwrapped on vxlan\.calico[\s\S]*reply delivered to/)
  })

  test('has no tunnel between nodes of one subnet when it is CrossSubnet', async () => {
    const bed = await encapsulated({ vxlanMode: 'CrossSubnet' })
    expect(routes(bed, first)).toMatch(/^unicast 10\.244\.\S+ 10\.0\.0\.22 eth0 80 onlink$/m)
    const way = await hops(bed)
    expect(way).toContain('reply delivered to')
    expect(way).not.toContain('unwrapped')
  })
})

test('a node that only reports that it is well makes Felix put nothing right: that waits for its refresh', async () => {
  const bed = await encapsulated({ vxlanMode: 'Always', ipipMode: 'Never' })
  const mtu = (): number | undefined =>
    bed
      .machine(first)
      .net.links()
      .find(({ name }) => name === 'vxlan.calico')?.mtuBytes
  const before = mtu()
  await bed.machine(first).net.apply([{ op: 'link-set', name: 'vxlan.calico', mtuBytes: 1300 }])
  const ref = { type: resources.nodes, name: second }
  const { status } = await bed.kube.get<Node>(ref)
  const conditions = (status.conditions ?? []).map((each) => ({
    ...each,
    lastHeartbeatTime: '2026-01-07T12:00:00Z',
  }))
  await bed.kube.patch(
    ref,
    { type: 'strategic', body: { status: { conditions } } },
    { subresource: 'status' },
  )
  await bed.advance(2)
  expect(mtu()).toBe(1300)
  await bed.advance(120)
  expect(mtu()).toBe(before)
})

describe('a pool that becomes IPIP', () => {
  test('sends over tunl0, whose address hosts use towards pods', async () => {
    const bed = await encapsulated({ ipipMode: 'Always' })
    expect(routes(bed, first)).toMatch(/^unicast 10\.244\.\S+ 10\.0\.0\.22 tunl0 bird onlink$/m)
    const own = expect.stringMatching(/^10\.244\./)
    expect(bed.machine(first).net.addresses()).toContainEqual({
      link: 'tunl0',
      address: own,
      prefixLength: 32,
      scope: 'global',
    })
    expect(podMtu(bed)).toBe(1480)
    expect(await hops(bed)).toMatch(/unwrapped on tunl0[\s\S]*reply delivered to 10\.244\./)
  })

  test('loses everything between pods of two nodes where the network drops protocol 4', async () => {
    const bed = await encapsulated({ ipipMode: 'Always' })
    bed.network.underlay.addRule({ name: 'no ipip', protocol: 'ipip', action: 'drop' })
    expect(await hops(bed)).toMatch(/underlay: dropped by rule no ipip$/)
    await bed.advance(60)
    expect(isReady(await bed.calicoNode(first))).toBe(true)
  })
})
