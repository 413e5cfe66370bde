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

const workRef = { type: resources.jobs, namespace, name: 'work' }
const work = ({ kube }: Bed): Promise<Job> => kube.get<Job>(workRef)
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

describe('a Job that is told to rest', () => {
  test('loses its pods, says so, and begins anew when it goes on', async () => {
    // One that ends well when it is told to has succeeded.
    const b = await running(['exit-after', '600000'])
    await b.until(async () => (await work(b)).status?.ready === 1)
    const suspend = (to: boolean): Promise<unknown> =>
      b.kube.patch(workRef, { type: 'merge', body: { spec: { suspend: to } } })
    await suspend(true)
    await b.advance(40_000)
    expect((await b.kube.list<Pod>({ type: resources.pods, namespace })).items).toEqual([])
    expect((await work(b)).status).not.toHaveProperty('startTime')
    expect(await conditions(b)).toEqual([['Suspended', 'JobSuspended']])
    await suspend(false)
    await b.until(async () => (await work(b)).status?.ready === 1)
    expect((await work(b)).status.conditions).toMatchObject([{ type: 'Suspended', status: 'False' }])
    const told = await b.events('work')
    expect(told).toContain('Suspended: Job suspended')
    expect(told).toContain('Resumed: Job resumed')
  })
})

test('a Job goes its time to live after its end, with its pods', async () => {
  const b = await running(['exit', '0'], { ttlSecondsAfterFinished: 30 })
  await ended(b)
  await b.advance(25_000)
  expect((await work(b)).status.succeeded).toBe(1)
  await b.advance(10_000)
  await expect(work(b)).rejects.toThrow('not found')
  expect((await b.kube.list<Pod>({ type: resources.pods, namespace })).items).toEqual([])
})

describe('an indexed Job', () => {
  const indexed = { completionMode: 'Indexed', completions: 4, parallelism: 2 } as const
  const all = async ({ kube }: Bed): Promise<readonly Pod[]> =>
    (await kube.list<Pod>({ type: resources.pods, namespace })).items

  test('runs a pod for each index, which knows its own', async () => {
    const b = await running(['exit', '0'], indexed)
    await ended(b)
    expect((await work(b)).status).toMatchObject({ succeeded: 4, completedIndexes: '0-3' })
    const pods = await all(b)
    expect(pods.map(({ metadata }) => metadata.name.replace(/.....$/, '')).sort()).toEqual([
      'work-0-',
      'work-1-',
      'work-2-',
      'work-3-',
    ])
    const one = pods.find(({ metadata }) => metadata.name.startsWith('work-2-'))
    expect(one?.metadata.labels).toMatchObject({ 'batch.kubernetes.io/job-completion-index': '2' })
    expect(one?.spec.hostname).toBe('work-2')
    expect(one?.spec.containers[0]?.env).toMatchObject([{ name: 'JOB_COMPLETION_INDEX' }])
  })

  test('gives up an index after failures of its own, and ends when the others have', async () => {
    const b = await running(['exit', '1'], { ...indexed, completions: 2, backoffLimitPerIndex: 1 })
    await ended(b, 300_000)
    expect((await work(b)).status).toMatchObject({ failed: 4, failedIndexes: '0,1' })
    expect(await conditions(b)).toContainEqual(['Failed', 'FailedIndexes'])
  })

  test('fails once too many indexes have', async () => {
    const spec = { ...indexed, backoffLimitPerIndex: 0, maxFailedIndexes: 1 }
    const b = await running(['exit', '1'], spec)
    await ended(b, 300_000)
    expect(await conditions(b)).toContainEqual(['Failed', 'MaxFailedIndexesExceeded'])
  })

  test('without a number of completions is refused', async () => {
    await expect(running([], { completionMode: 'Indexed' })).resolves.toBeDefined()
    const { completions: _none, ...open } = indexed
    await expect(running([], { ...open, completions: undefined as never })).rejects.toThrow(
      'spec.completions: Required value: when completion mode is Indexed',
    )
  })
})

describe('the failure policy of a Job', () => {
  const on = (action: 'FailJob' | 'Ignore', values: readonly number[]) => ({
    podFailurePolicy: { rules: [{ action, onExitCodes: { operator: 'In', values } }] } as const,
  })

  test('ends it at an exit code that means no good', async () => {
    const b = await running(['exit', '42'], on('FailJob', [42]))
    await ended(b)
    const [pod] = (await b.kube.list<Pod>({ type: resources.pods, namespace })).items
    expect((await work(b)).status.conditions).toMatchObject([
      { type: 'FailureTarget', reason: 'PodFailurePolicy' },
      {
        type: 'Failed',
        reason: 'PodFailurePolicy',
        message: `Container main for pod default/${pod?.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
      },
    ])
  })

  test('does not count what it ignores', async () => {
    const b = await running(['exit', '42'], { ...on('Ignore', [42]), backoffLimit: 0 })
    await b.until(async () => (await b.kube.list<Pod>({ type: resources.pods, namespace })).items.length > 1)
    expect((await work(b)).status).not.toHaveProperty('failed')
    expect((await work(b)).status?.conditions).toBeUndefined()
  })
})

test('an orphan that a Job selects becomes its own', async () => {
  const b = await running([])
  await b.until(async () => (await work(b)).status?.ready === 1)
  const { metadata } = await work(b)
  const labels = { 'batch.kubernetes.io/controller-uid': metadata.uid }
  await b.kube.create<Pod>(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stray', namespace, labels },
    spec: { containers: [{ name: 'main', image: testImage.name }] },
  })
  await b.kube.patch(workRef, { type: 'merge', body: { metadata: { labels: { looked: 'at' } } } })
  await b.advance(1000)
  expect((await b.pod('stray')).metadata.ownerReferences).toMatchObject([{ kind: 'Job', name: 'work' }])
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
