import fc from 'fast-check'
import { expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { BlockAffinity, IPAMBlock, IPAMHandle, IPPool } from '#lab/api/objects.ts'
import { type Kube, resources } from '#lab/api/ports.ts'
import { ApiServer } from '#lab/api/server.ts'
import { inUse } from '#lab/calico/ipam/block.ts'
import { Ipam } from '#lab/calico/ipam/ipam.ts'
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

test('when every block has an owner, one borrows; when nothing is left, it says so', async () => {
  const ipam = new Ipam(await cluster('10.244.0.0/28'))
  await assign(ipam, 'a', 'first')
  expect((await assign(ipam, 'b', 'second')).block).toBe('10.244.0.0/28')
  for (let i = 0; i < 14; i++) await assign(ipam, 'b', `b${i}`)
  await expect(assign(ipam, 'b', 'one-too-many')).rejects.toThrow(
    'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.244.0.0/28]',
  )
})

test('with strict affinity nobody borrows, and blocks have their limit', async () => {
  const kube = await cluster('10.244.0.0/27')
  const ipam = new Ipam(kube)
  const spec = { strictAffinity: true, autoAllocateBlocks: true, maxBlocksPerHost: 1 }
  const config = {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'IPAMConfig',
    metadata: { name: 'default' },
    spec,
  }
  await kube.create(resources.ipamConfigs, config)
  for (let i = 0; i < 16; i++) await assign(ipam, 'a', `a${i}`)
  await expect(assign(ipam, 'a', 'one-too-many')).rejects.toThrow('limit of 1 blocks reached for this node')
  await assign(ipam, 'b', 'the-last-block')
  await expect(assign(ipam, 'c', 'without-a-block')).rejects.toThrow(
    'No more free affine blocks and strict affinity enabled',
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
