import { expect, test } from 'vitest'
import type { EndpointSlice, Endpoints, Pod, Service } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, testImage } from '#lab/kubelet/test-bed.ts'

const namespace = 'default'
const serviceRef = { type: resources.services, namespace, name: 'web' }
const slices = async ({ kube }: Bed) =>
  (await kube.list<EndpointSlice>({ type: resources.endpointSlices, namespace })).items.filter(
    ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web',
  )

test('addresses stand in order, and say when that happened which made them so', async () => {
  const b = await bed({ workers: 1, programs: controllerPrograms })
  const labels = { app: 'web' }
  for (const name of ['a', 'b', 'c'])
    await b.kube.create<Pod>(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec: { containers: [{ name: 'main', image: testImage.name }] },
    })
  await b.kube.create<Service>(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace, labels: { of: 'shop' } },
    spec: { selector: labels, clusterIP: 'None', ports: [{ port: 80 }] },
  })
  const ref = { ...serviceRef, type: resources.endpoints }
  await b.until(
    async () => (await slices(b))[0]?.endpoints.filter(({ conditions }) => conditions?.ready).length === 3,
  )
  const { metadata, subsets } = await b.kube.get<Endpoints>(ref)
  const ips = subsets?.[0]?.addresses?.map(({ ip }) => ip) ?? []
  expect(ips).toEqual([...ips].sort())
  expect(metadata.labels).toEqual({ of: 'shop', 'service.kubernetes.io/headless': '' })
  const [slice] = await slices(b)
  expect(slice?.metadata.labels).toMatchObject({ of: 'shop', 'service.kubernetes.io/headless': '' })
  const pod = await b.kube.get<Pod>({ type: resources.pods, namespace, name: 'c' })
  const ready = pod.status.conditions?.find(({ type }) => type === 'Ready')
  expect(metadata.annotations).toEqual({
    'endpoints.kubernetes.io/last-change-trigger-time': ready?.lastTransitionTime,
  })
  await b.kube.delete({ type: resources.pods, namespace, name: 'c' }, { gracePeriodSeconds: 0 })
  await b.until(async () => (await b.kube.get<Endpoints>(ref)).subsets?.[0]?.addresses?.length === 2)
  expect((await b.kube.get<Endpoints>(ref)).metadata.annotations ?? {}).toEqual({})
})

test.each([0, 30])('a pod that is gone, %i s after it was told, is nowhere', async (grace) => {
  const b = await bed({ workers: 1, programs: controllerPrograms })
  const labels = { app: 'web' }
  await b.kube.create<Pod>(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace, labels },
    spec: { terminationGracePeriodSeconds: grace, containers: [{ name: 'main', image: testImage.name }] },
  })
  await b.kube.create<Service>(resources.services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace },
    spec: { selector: labels, ports: [{ port: 80 }] },
  })
  await b.until(async () => (await slices(b))[0]?.endpoints?.[0]?.conditions?.ready === true)
  expect((await slices(b))[0]?.metadata.name).toMatch(/^web-[b-z2-9]{5}$/)
  await b.kube.delete({ type: resources.pods, namespace, name: 'web' })
  await b.advance(60_000)
  expect((await slices(b))[0]?.endpoints).toEqual([])
  expect((await b.kube.get<Endpoints>({ ...serviceRef, type: resources.endpoints })).subsets ?? []).toEqual(
    [],
  )
  await b.kube.delete(serviceRef)
  await b.advance(60_000)
  expect(await slices(b)).toEqual([])
})
