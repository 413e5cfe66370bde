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
