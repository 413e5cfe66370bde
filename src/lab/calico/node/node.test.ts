import { describe, expect, test } from 'vitest'
import type { Condition, IPAMBlock, Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { inUse } from '#lab/calico/ipam/block.ts'
import { type CalicoBed, calicoBed } from '#lab/calico/test-bed.ts'

const worker = 'k8s-worker-02' // 10.0.0.22: the highest address of the mesh

const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some((each: Condition) => each.type === 'Ready' && each.status === 'True') ?? false

async function healthy(o: Parameters<typeof calicoBed>[0]): Promise<CalicoBed> {
  const bed = await calicoBed({ workers: 2, ...o })
  for (const node of bed.names) await bed.until(async () => isReady(await bed.calicoNode(node)))
  return bed
}

/** A pod on each worker, with the addresses they got. */
async function withPods(bed: CalicoBed): Promise<readonly string[]> {
  const nodes = bed.names.slice(1)
  for (const node of nodes) await bed.addPod(`app-${node}`, node)
  const addresses: string[] = []
  for (const node of nodes) {
    await bed.until(async () => isReady(await bed.pod(`app-${node}`)))
    addresses.push((await bed.pod(`app-${node}`)).status.podIP ?? '')
  }
  return addresses
}

const reaches = async (bed: CalicoBed, from: string, to: string): Promise<string> => {
  let outcome = 'unknown'
  bed.kernel.start('probe', async (task) => {
    const { kind } = await bed.machine(from).net.probe(task, { to, protocol: 'icmp', timeoutMs: 1000 })
    outcome = kind
  })
  await bed.advance(2)
  return outcome
}

describe.each(['plain', 'hardened'] as const)('a healthy %s cluster', (flavour) => {
  test("pods get addresses of their node's block and reach each other", async () => {
    const bed = await healthy({ flavour })
    const [one = '', two = ''] = await withPods(bed)
    expect(one).toMatch(/^10\.244\./)
    expect(one).not.toBe(two)
    await bed.advance(5)
    expect([...bed.birdRoutes('k8s-worker-01')].sort()).toEqual([
      expect.stringMatching(/^10\.244\.\S+ via 10\.0\.0\.22$/),
      expect.stringMatching(/^blackhole 10\.244\.\S+$/),
    ])
    expect(await reaches(bed, 'k8s-worker-01', two)).toBe('reply')
    expect(await reaches(bed, 'k8s-worker-01', one)).toBe('reply')
    const { metadata } = await bed.pod('app-k8s-worker-01')
    expect(metadata.annotations?.['cni.projectcalico.org/podIP']).toBe(`${one}/32`)
  })

  test('a deleted pod gives back its address', async () => {
    const bed = await healthy({ flavour })
    await withPods(bed)
    const block = async () =>
      (await bed.kube.list<IPAMBlock>({ type: resources.ipamBlocks })).items.map(
        (each) => inUse(each.spec).length,
      )
    expect(await block()).toEqual([1, 1])
    await bed.kube.delete({ type: resources.pods, namespace: 'default', name: 'app-k8s-worker-01' })
    await bed.until(async () => (await block()).includes(0), 90)
  })

  test('the probe command finds nothing wrong and startup has written what it writes', async () => {
    const bed = await healthy({ flavour })
    await bed.advance(40)
    for (const flags of [
      ['-felix-live', '-bird-live'],
      ['-felix-ready', '-bird-ready'],
    ])
      expect((await bed.exec(worker, ['/bin/calico-node', ...flags])).code).toBe(0)
    const node = await bed.kube.get<Node>({ type: resources.nodes, name: worker })
    expect(node.metadata.annotations?.['projectcalico.org/IPv4Address']).toBe('10.0.0.22/24')
    expect(node.status.conditions?.find((each) => each.type === 'NetworkUnavailable')).toMatchObject({
      status: 'False',
      reason: 'CalicoIsUp',
    })
    expect(await bed.machine(worker).files.read('/var/lib/calico/mtu')).toBe('1500')
    expect((await bed.exec(worker, ['sv', 'status', '/etc/service/enabled/bird'])).stdout).toMatch(
      /^run: \/etc\/service\/enabled\/bird: \(pid \d+\) \d+s\n$/,
    )
  })
})
