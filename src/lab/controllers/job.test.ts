import { describe, expect, test } from 'vitest'
import type { Job, Pod, StatefulSet } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, testImage } from '#lab/kubelet/test-bed.ts'

const namespace = 'default'

async function running(args: readonly string[], spec: Partial<Job['spec']> = {}): Promise<Bed> {
  const b = await bed({ workers: 1, programs: controllerPrograms })
  const container = { name: 'main', image: testImage.name, args: [...args] }
  await b.kube.create<Job>(resources.jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      template: { spec: { restartPolicy: 'Never', containers: [container] } },
      ...spec,
    },
  })
  return b
}

const work = ({ kube }: Bed): Promise<Job> => kube.get<Job>({ type: resources.jobs, namespace, name: 'work' })
const ended = (b: Bed, limitMs = 120_000): Promise<void> =>
  b.until(async () => ((await work(b)).status?.conditions?.length ?? 0) > 0, limitMs)
const conditions = async (b: Bed) =>
  (await work(b)).status?.conditions?.map(({ type, reason }) => [type, reason])

describe('a Job', () => {
  test('is complete when enough pods have succeeded', async () => {
    const b = await running(['exit', '0'], { completions: 3, parallelism: 2 })
    await ended(b)
    expect((await work(b)).status).toMatchObject({ succeeded: 3, ready: 0 })
    expect(await conditions(b)).toEqual([
      ['SuccessCriteriaMet', 'CompletionsReached'],
      ['Complete', 'CompletionsReached'],
    ])
    expect(await b.events('work')).toContain('Completed: Job completed')
  })

  test('fails after more failures than its limit, each waited for longer', async () => {
    const b = await running(['exit', '1'], { backoffLimit: 2 })
    for (const [count, waitMs] of [
      [1, 7000],
      [2, 17_000],
    ] as const) {
      await b.until(async () => (await work(b)).status?.failed === count)
      await b.advance(waitMs)
      expect((await work(b)).status.failed).toBe(count)
    }
    await ended(b)
    expect((await work(b)).status.failed).toBe(3)
    expect(await conditions(b)).toContainEqual(['Failed', 'BackoffLimitExceeded'])
  })

  test('that takes too long loses its pods', async () => {
    const b = await running([], { activeDeadlineSeconds: 30 })
    await ended(b)
    await b.advance(40_000)
    expect(await conditions(b)).toContainEqual(['Failed', 'DeadlineExceeded'])
    expect((await b.kube.list<Pod>({ type: resources.pods, namespace })).items).toEqual([])
  })
})

describe('a StatefulSet', () => {
  const ref = { type: resources.statefulSets, namespace, name: 'db' }
  const names = async ({ kube }: Bed): Promise<readonly string[]> =>
    (await kube.list<Pod>({ type: resources.pods, namespace })).items
      .map(({ metadata }) => metadata.name)
      .sort()

  async function started(): Promise<Bed> {
    const b = await bed({ workers: 1, programs: controllerPrograms })
    await b.kube.create<StatefulSet>(resources.statefulSets, {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace },
      spec: {
        replicas: 3,
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: {
          metadata: { labels: { app: 'db' } },
          spec: { containers: [{ name: 'main', image: testImage.name }] },
        },
      },
    })
    await b.until(async () => (await b.kube.get<StatefulSet>(ref)).status?.readyReplicas === 3)
    return b
  }

  test('starts its pods one after the other, by number', async () => {
    const b = await started()
    expect(await names(b)).toEqual(['db-0', 'db-1', 'db-2'])
    const began = await Promise.all(['db-0', 'db-1', 'db-2'].map((name) => b.pod(name)))
    const times = began.map(({ metadata }) => metadata.creationTimestamp)
    expect([...times].sort()).toEqual(times)
    expect(new Set(times).size).toBe(3)
  })

  test('makes a deleted pod again under its name, and shrinks from the end', async () => {
    const b = await started()
    await b.kube.delete({ type: resources.pods, namespace, name: 'db-1' })
    await b.until(async () => (await b.kube.get<StatefulSet>(ref)).status?.readyReplicas === 2)
    await b.until(async () => (await b.kube.get<StatefulSet>(ref)).status?.readyReplicas === 3)
    await b.kube.patch(ref, { type: 'merge', body: { spec: { replicas: 1 } } })
    await b.until(async () => (await names(b)).join() === 'db-0', 120_000)
  })
})
