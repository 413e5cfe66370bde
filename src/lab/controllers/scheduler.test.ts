import { describe, expect, test } from 'vitest'
import type { Node, Pod, PodSpec } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, testImage } from '#lab/kubelet/test-bed.ts'

async function cluster(workers = 2): Promise<Bed> {
  const b = await bed({ workers, programs: controllerPrograms })
  await b.until(async () => {
    const { items } = await b.kube.list<Node>({ type: resources.nodes })
    return items.length === workers + 1 && items.every(({ spec }) => (spec.taints ?? []).length === 0)
  })
  return b
}

const asks = (cpu: string): Partial<PodSpec> => ({
  containers: [{ name: 'main', image: testImage.name, resources: { requests: { cpu } } }],
})

async function pod({ kube }: Bed, name: string, spec: Partial<PodSpec> = {}): Promise<void> {
  await kube.create<Pod>(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: { containers: [{ name: 'main', image: testImage.name }], ...spec },
  })
}

const failed = async (b: Bed, name: string): Promise<string | undefined> =>
  (await b.events(name)).find((each) => each.startsWith('FailedScheduling'))

describe('a pod that fits nowhere', () => {
  test.each<readonly [string, Partial<PodSpec>, string]>([
    [
      'asks for more than any node has',
      asks('5'),
      '0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
    ],
    [
      'wants nodes of a kind that there is not',
      { nodeSelector: { disk: 'ssd' } },
      "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ],
    [
      'is bound to one node that is full, as a daemon’s pod is',
      {
        ...asks('5'),
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['k8s-worker-01'] }] },
              ],
            },
          },
        },
      },
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    ],
  ])('because it %s', async (_, spec, says) => {
    const b = await cluster()
    await pod(b, 'web', spec)
    await b.advance(3000)
    expect(await failed(b, 'web')).toBe(`FailedScheduling: ${says}`)
    expect((await b.pod('web')).status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: says,
      }),
    )
  })

  test('is placed as soon as another one has left', async () => {
    const b = await cluster(0)
    await pod(b, 'first', asks('3'))
    await b.advance(5000)
    await pod(b, 'second', asks('3'))
    await b.advance(30_000)
    expect((await b.pod('second')).spec.nodeName).toBeUndefined()
    await b.kube.delete({ type: resources.pods, namespace: 'default', name: 'first' })
    await b.until(async () => (await b.pod('second')).spec.nodeName !== undefined, 60_000)
  })
})

test('two pods that want the same port of the host do not share a node', async () => {
  const b = await cluster(0)
  const ports = {
    containers: [{ name: 'main', image: testImage.name, ports: [{ containerPort: 80, hostPort: 8080 }] }],
  }
  await pod(b, 'first', ports)
  await b.advance(3000)
  await pod(b, 'second', ports)
  await b.advance(3000)
  expect(await failed(b, 'second')).toContain("1 node(s) didn't have free ports for the requested pod ports.")
})

test('a pod of higher priority drives the least away, and is told where it will go', async () => {
  const b = await cluster(0)
  await b.kube.create(resources.priorityClasses, {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'vital' },
    ...{ value: 1000 },
  })
  await pod(b, 'small', asks('1'))
  await pod(b, 'large', asks('2500m'))
  await b.advance(5000)
  await pod(b, 'vital', { ...asks('2'), priorityClassName: 'vital' })
  await b.advance(1000)
  expect((await b.pod('vital')).status.nominatedNodeName).toBe('k8s-control-01')
  await b.until(async () => (await b.pod('vital')).spec.nodeName !== undefined, 120_000)
  expect((await b.pod('small')).status.phase).toBe('Running')
  expect(await b.events('large')).toContainEqual(
    expect.stringMatching(/^Preempted: Preempted by pod [0-9a-f-]+ on node k8s-control-01$/),
  )
})
