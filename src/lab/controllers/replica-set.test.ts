import { expect, test } from 'vitest'
import type { Pod, PodDisruptionBudget, ReplicationController } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, testImage } from '#lab/kubelet/test-bed.ts'

const namespace = 'default'
const ref = { type: resources.replicationControllers, namespace, name: 'web' }
const controller = ({ kube }: Bed): Promise<ReplicationController> => kube.get<ReplicationController>(ref)
const pods = async ({ kube }: Bed): Promise<readonly Pod[]> =>
  (await kube.list<Pod>({ type: resources.pods, namespace })).items

/** Of three, with no selector and no labels of its own. */
async function started(): Promise<Bed> {
  const b = await bed({ workers: 1, programs: controllerPrograms })
  await b.kube.create<ReplicationController>(resources.replicationControllers, {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 3,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: testImage.name }] },
      },
    },
  })
  return b
}

test('a ReplicationController keeps as many pods as it wants, selected by labels alone', async () => {
  const b = await started()
  await b.until(async () => (await controller(b)).status.readyReplicas === 3)
  const { metadata, spec, status } = await controller(b)
  expect(metadata.labels).toEqual({ app: 'web' })
  expect(spec.selector).toEqual({ app: 'web' })
  expect(status).toEqual({
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: 1,
  })
  expect(
    (await b.eventObjects('web')).map(({ source, reason }) => [source?.component, reason]),
  ).toContainEqual(['replication-controller', 'SuccessfulCreate'])
  await b.kube.delete({ type: resources.pods, namespace, name: (await pods(b))[0]?.metadata.name ?? '' })
  await b.advance(60_000)
  expect(await pods(b)).toHaveLength(3)
  await b.kube.patch(ref, { type: 'merge', body: { spec: { replicas: 1 } } })
  await b.advance(60_000)
  expect(await pods(b)).toHaveLength(1)
  await b.kube.delete(ref)
  await b.advance(60_000)
  expect(await pods(b)).toEqual([])
})

test('a budget counts the pods that a ReplicationController wants', async () => {
  const b = await started()
  const budget = { type: resources.podDisruptionBudgets, namespace, name: 'web' }
  await b.kube.create<PodDisruptionBudget>(resources.podDisruptionBudgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } },
  })
  await b.until(async () => (await controller(b)).status.readyReplicas === 3)
  await b.advance(1000)
  expect((await b.kube.get<PodDisruptionBudget>(budget)).status).toMatchObject({
    expectedPods: 3,
    disruptionsAllowed: 1,
  })
})
