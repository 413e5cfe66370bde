import { describe, expect, test } from 'vitest'
import type { PersistentVolume, Pod, StatefulSet, StorageClass, VolumeClaim } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, testImage } from '#lab/kubelet/test-bed.ts'

const namespace = 'default'
const running = (): Promise<Bed> => bed({ workers: 2, programs: controllerPrograms })

const claim = (b: Bed, name: string, storageClassName?: string): Promise<VolumeClaim> =>
  b.kube.create<VolumeClaim>(resources.volumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      ...(storageClassName === undefined ? {} : { storageClassName }),
    },
  })

const volume = (b: Bed, name: string, storage: string, spec: object): Promise<PersistentVolume> =>
  b.kube.create<PersistentVolume>(resources.volumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage }, ...spec },
  })

const storageClass = (b: Bed, name: string, provisioner: string, mode: string): Promise<StorageClass> =>
  b.kube.create<StorageClass>(resources.storageClasses, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode: mode,
  })

const using = (b: Bed, name: string, claimName: string): Promise<Pod> =>
  b.kube.create<Pod>(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      containers: [{ name: 'main', image: testImage.name, volumeMounts: [{ name: 'd', mountPath: '/d' }] }],
      volumes: [{ name: 'd', persistentVolumeClaim: { claimName } }],
      terminationGracePeriodSeconds: 0,
    },
  })

const claimNow = (b: Bed, name: string): Promise<VolumeClaim> =>
  b.kube.get<VolumeClaim>({ type: resources.volumeClaims, namespace, name })
const volumeNow = (b: Bed, name: string): Promise<PersistentVolume> =>
  b.kube.get<PersistentVolume>({ type: resources.volumes, name })

describe('a claim', () => {
  test('gets the smallest volume that is large enough, and the pod that waited runs with it', async () => {
    const b = await running()
    await claim(b, 'data')
    await using(b, 'web', 'data')
    await b.advance(20_000)
    expect(await b.events('data')).toEqual([
      'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    ])
    expect(await b.events('web')).toContain(
      'FailedScheduling: 0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
    await volume(b, 'small', '512Mi', { hostPath: { path: '/srv' } })
    await volume(b, 'large', '9Gi', { hostPath: { path: '/srv' } })
    await volume(b, 'right', '2Gi', { hostPath: { path: '/srv' } })
    await b.until(async () => (await b.pod('web')).status.phase === 'Running', 60_000)
    expect(await claimNow(b, 'data')).toMatchObject({
      spec: { volumeName: 'right' },
      status: { phase: 'Bound', capacity: { storage: '2Gi' } },
    })
    expect((await volumeNow(b, 'right')).status?.phase).toBe('Bound')
    expect((await volumeNow(b, 'large')).status?.phase).toBe('Available')
  })

  test('is kept while a pod uses it, and leaves a volume behind that nobody else gets', async () => {
    const b = await running()
    await volume(b, 'v', '2Gi', { hostPath: { path: '/srv' } })
    await claim(b, 'data')
    await using(b, 'web', 'data')
    await b.until(async () => (await b.pod('web')).status.phase === 'Running', 60_000)
    await b.kube.delete({ type: resources.volumeClaims, namespace, name: 'data' })
    await b.advance(10_000)
    expect((await claimNow(b, 'data')).metadata.deletionTimestamp).toBeDefined()
    await b.kube.delete({ type: resources.pods, namespace, name: 'web' })
    await b.until(async () => (await volumeNow(b, 'v')).status?.phase === 'Released', 30_000)
    await expect(claimNow(b, 'data')).rejects.toThrow('not found')
  })

  test.each([
    ['fast', undefined, 'ProvisioningFailed: storageclass.storage.k8s.io "fast" not found'],
    [
      'cloud',
      'disk.csi.example.com',
      "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'disk.csi.example.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    ],
    [
      'none',
      'kubernetes.io/no-provisioner',
      'ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner',
    ],
  ])('of class %s by %s waits: %s', async (name, provisioner, said) => {
    const b = await running()
    if (provisioner !== undefined) await storageClass(b, name, provisioner, 'Immediate')
    await claim(b, 'data', name)
    await b.advance(40_000)
    expect(await b.events('data')).toEqual([said])
    expect((await claimNow(b, 'data')).status?.phase).toBe('Pending')
  })
})

test('a claim that waits for its pod is bound where that can run', async () => {
  const b = await running()
  const required = {
    nodeSelectorTerms: [
      { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['k8s-worker-02'] }] },
    ],
  }
  await storageClass(b, 'local', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer')
  await volume(b, 'v', '2Gi', {
    local: { path: '/opt' },
    storageClassName: 'local',
    nodeAffinity: { required },
  })
  await claim(b, 'data', 'local')
  await b.advance(5000)
  expect(await b.events('data')).toEqual([
    'WaitForFirstConsumer: waiting for first consumer to be created before binding',
  ])
  await using(b, 'web', 'data')
  await b.until(async () => (await b.pod('web')).status.phase === 'Running', 60_000)
  expect((await b.pod('web')).spec.nodeName).toBe('k8s-worker-02')
  await claim(b, 'more', 'local')
  await using(b, 'other', 'more')
  await b.advance(5000)
  expect(await b.events('other')).toContain(
    "FailedScheduling: 0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
  )
})

test('a StatefulSet claims for each of its pods before it makes it', async () => {
  const b = await running()
  const labels = { app: 'db' }
  await b.kube.create<StatefulSet>(resources.statefulSets, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace },
    spec: {
      replicas: 1,
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            { name: 'main', image: testImage.name, volumeMounts: [{ name: 'data', mountPath: '/d' }] },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  })
  await b.advance(5000)
  expect((await claimNow(b, 'data-db-0')).metadata.labels).toEqual(labels)
  expect(await b.events('db')).toEqual([
    'SuccessfulCreate: create Claim data-db-0 Pod db-0 in StatefulSet db success',
    'SuccessfulCreate: create Pod db-0 in StatefulSet db successful',
  ])
  await volume(b, 'v', '2Gi', { hostPath: { path: '/srv' } })
  await b.until(async () => (await b.pod('db-0')).status.phase === 'Running', 60_000)
})
