import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { BlockAffinity, IPAMBlock, IPAMHandle, IPPool, Node } from '#lab/api/objects.ts'
import { type Kube, type ResourceType, resources } from '#lab/api/ports.ts'
import { ApiServer } from '#lab/api/server.ts'
import { inUse } from '#lab/calico/ipam/block.ts'
import { Ipam } from '#lab/calico/ipam/ipam.ts'
import { resolvePools } from '#lab/calico/ipam/rules.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

async function cluster(cidr: string): Promise<Kube> {
  const kube = directKube(new ApiServer({ kernel: new Kernel({ seed: 1, startMs: 0 }) }))
  await kube.create<IPPool>(resources.ipPools, {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'IPPool',
    metadata: { name: 'default-ipv4-ippool' },
    spec: { cidr, blockSize: 28, nodeSelector: 'all()', natOutgoing: true },
  })
  return kube
}

const assign = (ipam: Ipam, node: string, handle: string) =>
  ipam.assign({ node, handle, attributes: { node, pod: handle, namespace: 'default' } })

test('a node takes its addresses from one block of its own, in order', async () => {
  const kube = await cluster('10.244.0.0/16')
  const ipam = new Ipam(kube)
  const first = await assign(ipam, 'k8s-worker-01', 'a')
  const second = await assign(ipam, 'k8s-worker-01', 'b')
  const other = await assign(ipam, 'k8s-worker-02', 'c')
  expect(second.block).toBe(first.block)
  expect(other.block).not.toBe(first.block)
  const { items } = await kube.list<BlockAffinity>({ type: resources.blockAffinities })
  expect(items.map(({ spec }) => [spec.node, spec.state, spec.deleted])).toEqual([
    ['k8s-worker-01', 'confirmed', 'false'],
    ['k8s-worker-02', 'confirmed', 'false'],
  ])
  expect(items[0]?.metadata.name).toBe(`k8s-worker-01-${first.block.replaceAll(/[./]/g, '-')}`)
})

test('a released address is given out again last', async () => {
  const ipam = new Ipam(await cluster('10.244.0.0/28'))
  const first = await assign(ipam, 'n', 'a')
  expect(await ipam.release('a')).toEqual([first.address])
  expect(await ipam.release('a')).toEqual([])
  const rest = []
  for (let i = 0; i < 16; i++) rest.push((await assign(ipam, 'n', `x${i}`)).address)
  expect(rest.at(-1)).toBe(first.address)
})

test('a pool that is smaller than one of its blocks has nothing to give', async () => {
  await expect(assign(new Ipam(await cluster('10.244.0.0/29')), 'a', 'first')).rejects.toThrow(
    'No IPs available in pools: [10.244.0.0/29]',
  )
})

test('when every block has an owner, one borrows; when nothing is left, it says so', async () => {
  const ipam = new Ipam(await cluster('10.244.0.0/28'))
  await assign(ipam, 'a', 'first')
  expect((await assign(ipam, 'b', 'second')).block).toBe('10.244.0.0/28')
  for (let i = 0; i < 14; i++) await assign(ipam, 'b', `b${i}`)
  await expect(assign(ipam, 'b', 'one-too-many')).rejects.toThrow(
    'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.244.0.0/28]',
  )
})

test('one address can be given back, once', async () => {
  const ipam = new Ipam(await cluster('10.244.0.0/28'))
  const { address } = await assign(ipam, 'a', 'first')
  await assign(ipam, 'a', 'second')
  expect(await ipam.releaseAddress(address)).toBe(true)
  expect(await ipam.releaseAddress(address)).toBe(false)
  expect(await ipam.release('first')).toEqual([])
  expect(await ipam.release('second')).toHaveLength(1)
})

describe('what the owner of the cluster says about addresses', () => {
  const kind = (name: string, metadata: string, spec: object) => ({
    apiVersion: 'crd.projectcalico.org/v1',
    kind: name,
    metadata: { name: metadata },
    spec,
  })
  const crd = (resource: string): ResourceType => ({
    group: 'crd.projectcalico.org',
    version: 'v1',
    resource,
  })
  const configured = async (cidr: string, spec: object): Promise<Ipam> => {
    const kube = await cluster(cidr)
    await kube.create(resources.ipamConfigs, kind('IPAMConfig', 'default', spec))
    return new Ipam(kube)
  }

  test('strict affinity: nobody borrows', async () => {
    const ipam = await configured('10.244.0.0/28', { strictAffinity: true, autoAllocateBlocks: true })
    await assign(ipam, 'a', 'first')
    await expect(assign(ipam, 'b', 'second')).rejects.toThrow(
      'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled',
    )
  })

  test('so many blocks per host, and no borrowing beyond', async () => {
    const ipam = await configured('10.244.0.0/24', {
      strictAffinity: false,
      maxBlocksPerHost: 1,
      autoAllocateBlocks: true,
    })
    for (let i = 0; i < 16; i++) await assign(ipam, 'a', `a${i}`)
    await assign(ipam, 'b', 'other')
    await expect(assign(ipam, 'a', 'more')).rejects.toThrow(
      'cannot allocate new block due to per host block limit',
    )
  })

  test('no new blocks at all', async () => {
    const ipam = await configured('10.244.0.0/24', { strictAffinity: true, autoAllocateBlocks: false })
    await expect(assign(ipam, 'a', 'a')).rejects.toThrow('failed to find or claim a block')
  })

  test('reserved addresses are passed over, and a block of nothing else is never claimed', async () => {
    const kube = await cluster('10.244.0.0/27')
    const reservedCIDRs = ['10.244.0.0/28', '10.244.0.16', '10.244.0.18/31']
    await kube.create(crd('ipreservations'), kind('IPReservation', 'kept', { reservedCIDRs }))
    const ipam = new Ipam(kube)
    const got = [await assign(ipam, 'a', 'x'), await assign(ipam, 'a', 'y')]
    expect(got.map(({ address }) => address)).toEqual(['10.244.0.17', '10.244.0.20'])
    for (let i = 0; i < 11; i++) await assign(ipam, 'a', `n${i}`)
    await expect(assign(ipam, 'a', 'none')).rejects.toThrow('No IPs available in pools: [10.244.0.0/27]')
  })

  const pools = async (change: object): Promise<Kube> => {
    const kube = await cluster('10.244.0.0/24')
    const spec = { cidr: '10.245.0.0/24', blockSize: 28, nodeSelector: "rack == '2'", ...change }
    await kube.create(resources.ipPools, kind('IPPool', 'rack-2', spec))
    for (const rack of ['1', '2'])
      await kube.create<Node>(resources.nodes, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: `n${rack}`, labels: { rack } },
        spec: {},
        status: {},
      })
    await kube.patch(
      { type: resources.ipPools, name: 'default-ipv4-ippool' },
      { type: 'merge', body: { spec: { nodeSelector: "rack == '1'" } } },
    )
    return kube
  }

  test('a pool is for the nodes that it selects', async () => {
    const ipam = new Ipam(await pools({}))
    expect((await assign(ipam, 'n1', 'a')).address).toMatch(/^10\.244\./)
    expect((await assign(ipam, 'n2', 'b')).address).toMatch(/^10\.245\./)
  })

  test.each<readonly [string, object, string]>([
    ['is disabled', { disabled: true }, 'no configured Calico pools for node n2'],
    [
      'is for tunnels only',
      { allowedUses: ['Tunnel'] },
      'cannot find a qualified ippool, no pools match the required use (Workload)',
    ],
  ])('the only pool that selects the node %s', async (_, change, says) => {
    await expect(assign(new Ipam(await pools(change)), 'n2', 'b')).rejects.toThrow(says)
  })

  test('a pool that is asked for is used whatever it selects, unless it is not there', async () => {
    const kube = await pools({})
    const ipam = new Ipam(kube)
    const ask = (requested: readonly string[]) =>
      ipam.assign({ node: 'n1', handle: 'a', attributes: {}, from: { use: 'Workload', requested } })
    expect((await ask(await resolvePools(kube, ['rack-2']))).address).toMatch(/^10\.245\./)
    await expect(ask(['10.9.0.0/16'])).rejects.toThrow(
      'the given pool (10.9.0.0/16) does not exist, or is not enabled',
    )
    await expect(resolvePools(kube, ['nowhere'])).rejects.toThrow('error parsing pool "nowhere"')
  })
})

const commands = fc.array(
  fc.record({ node: fc.constantFrom('a', 'b', 'c'), slot: fc.nat(40), release: fc.boolean() }),
  { maxLength: 60 },
)

test('whatever happens at once, no address is had twice and the books agree', async () => {
  await fc.assert(
    fc.asyncProperty(commands, fc.nat(7), async (list, together) => {
      const kube = await cluster('10.244.0.0/26')
      const ipam = new Ipam(kube)
      const held = new Map<string, string>()
      for (let at = 0; at < list.length; at += together + 1)
        await Promise.all(
          [...new Map(list.slice(at, at + together + 1).map((each) => [each.slot, each])).values()].map(
            async ({ node, slot, release }) => {
              const handle = `k8s-pod-network.${slot}`
              if (release) {
                await ipam.release(handle)
                held.delete(handle)
              } else if (!held.has(handle)) {
                held.set(handle, (await assign(ipam, node, handle)).address)
              }
            },
          ),
        )
      const blocks = (await kube.list<IPAMBlock>({ type: resources.ipamBlocks })).items
      const used = blocks.flatMap((block) => inUse(block.spec))
      expect(new Set(used.map(({ address }) => address)).size).toBe(used.length)
      expect(new Map(used.map(({ handle, address }) => [handle, address]))).toEqual(held)
      const handles = (await kube.list<IPAMHandle>({ type: resources.ipamHandles })).items
      expect(handles.map(({ spec }) => spec.handleID).sort()).toEqual([...held.keys()].sort())
      for (const { spec } of blocks) expect(spec.unallocated.length + inUse(spec).length).toBe(16)
    }),
    { numRuns: 40 },
  )
})
