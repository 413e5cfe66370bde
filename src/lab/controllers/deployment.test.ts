import { expect, test } from 'vitest'
import type { Condition, Deployment, KubeObject, PodSpec, ReplicaSet } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, testImage } from '#lab/kubelet/test-bed.ts'

const namespace = 'default'
const webRef = { type: resources.deployments, namespace, name: 'web' }
const revisionKey = 'deployment.kubernetes.io/revision'

async function deployed(spec: Partial<PodSpec> = {}, more: Partial<Deployment['spec']> = {}): Promise<Bed> {
  const b = await bed({ workers: 2, programs: controllerPrograms })
  await b.kube.create<Deployment>(resources.deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: testImage.name }], ...spec },
      },
      ...more,
    },
    status: {},
  })
  return b
}

const web = ({ kube }: Bed): Promise<Deployment> => kube.get<Deployment>(webRef)
const change = ({ kube }: Bed, spec: unknown): Promise<unknown> =>
  kube.patch(webRef, { type: 'strategic', body: { spec } })
const image = (name: string) => ({ template: { spec: { containers: [{ name: 'main', image: name }] } } })
const condition = async (b: Bed, type: string): Promise<Condition | undefined> =>
  ((await web(b)).status.conditions as readonly Condition[] | undefined)?.find((each) => each.type === type)
const sizes = async ({
  kube,
}: Bed): Promise<readonly (readonly [string | undefined, number | undefined])[]> =>
  (await kube.list<ReplicaSet>({ type: resources.replicaSets, namespace })).items
    .map(({ metadata, spec }) => [metadata.annotations?.[revisionKey], spec.replicas] as const)
    .sort()
const complete = (b: Bed): Promise<void> =>
  b.until(async () => {
    const { metadata, status } = await web(b)
    return (
      status.observedGeneration === metadata.generation &&
      status.updatedReplicas === 4 &&
      status.availableReplicas === 4
    )
  }, 300_000)

test('a new image that cannot be pulled stops the rollout at what may be missing, and is given up after the deadline', async () => {
  const b = await deployed()
  await complete(b)
  await change(b, image('docker.io/library/test:none'))
  await b.advance(300_000)
  expect(await sizes(b)).toEqual([
    ['1', 3],
    ['2', 2],
  ])
  expect(await condition(b, 'Progressing')).toMatchObject({ reason: 'ReplicaSetUpdated' })
  await b.advance(400_000)
  expect(await condition(b, 'Progressing')).toMatchObject({
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
  })
  expect(await condition(b, 'Available')).toMatchObject({ status: 'True' })
})

test('taking a rollout back gives the old set the next number and its pods', async () => {
  const b = await deployed()
  await complete(b)
  await change(b, image('docker.io/library/test:none'))
  await b.advance(60_000)
  await change(b, image(testImage.name))
  await complete(b)
  expect(await sizes(b)).toEqual([
    ['2', 0],
    ['3', 4],
  ])
  expect((await web(b)).metadata.annotations?.[revisionKey]).toBe('3')
})

test('a template that comes back with what kubectl writes into it is the old one, and notes of people reach its set', async () => {
  const b = await deployed()
  await complete(b)
  await change(b, image('docker.io/library/test:none'))
  await b.advance(60_000)
  const { spec } = await web(b)
  const containers = [{ ...spec.template.spec.containers[0], image: testImage.name }]
  const template = {
    metadata: { creationTimestamp: null, labels: { app: 'web' } },
    spec: { ...spec.template.spec, containers },
  }
  await b.kube.patch(webRef, {
    type: 'json',
    body: [{ op: 'replace', path: '/spec/template', value: template }],
  })
  await complete(b)
  expect(await sizes(b)).toEqual([
    ['2', 0],
    ['3', 4],
  ])
  const why = { 'kubernetes.io/change-cause': 'it did not start' }
  await b.kube.patch(webRef, { type: 'merge', body: { metadata: { annotations: why } } })
  await b.advance(1000)
  const { items } = await b.kube.list<ReplicaSet>({ type: resources.replicaSets, namespace })
  expect(items.find(({ spec: { replicas } }) => replicas === 4)?.metadata.annotations).toMatchObject(why)
})

test('sets that were left behind are adopted, and their pods with them', async () => {
  const b = await deployed()
  await complete(b)
  const pods = async () =>
    (await b.kube.list<KubeObject>({ type: resources.pods, namespace })).items
      .map(({ metadata }) => metadata.uid)
      .sort()
  const before = await pods()
  const { metadata, spec, ...kind } = await web(b)
  await b.kube.patch(webRef, { type: 'merge', body: { metadata: { finalizers: ['orphan'] } } })
  await b.kube.delete(webRef)
  await b.advance(5000)
  await b.kube.create<Deployment>(resources.deployments, {
    ...kind,
    metadata: { name: metadata.name, namespace },
    spec,
  })
  await complete(b)
  expect(await sizes(b)).toEqual([['1', 4]])
  expect(await pods()).toEqual(before)
})

test('a paused Deployment can be scaled but rolls nothing', async () => {
  const b = await deployed()
  await complete(b)
  await change(b, { paused: true, replicas: 6, ...image('docker.io/library/test:none') })
  await b.advance(60_000)
  expect(await sizes(b)).toEqual([['1', 6]])
  expect(await condition(b, 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' })
})

test('scaling in the middle of a stuck rollout keeps the proportion of old and new', async () => {
  const b = await deployed()
  await complete(b)
  await change(b, image('docker.io/library/test:none'))
  await b.advance(60_000)
  await change(b, { replicas: 8 })
  await b.advance(60_000)
  expect(await sizes(b)).toEqual([
    ['1', 6],
    ['2', 4],
  ])
})

test('pods that are refused show as ReplicaFailure', async () => {
  const b = await deployed({ serviceAccountName: 'nobody' })
  await b.advance(20_000)
  expect(await condition(b, 'ReplicaFailure')).toMatchObject({ status: 'True', reason: 'FailedCreate' })
  expect(await condition(b, 'Available')).toMatchObject({ status: 'False' })
})
