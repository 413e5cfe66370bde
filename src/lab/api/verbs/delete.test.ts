import { describe, expect, test } from 'vitest'
import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { failure, podDraft, server, startMs, web, withPod } from '#lab/api/verbs/verbs-bench.ts'

describe('deleting', () => {
  test('a pod that nobody runs goes at once; one on a node waits for its kubelet', async () => {
    const first = await withPod()
    await first.kube.delete(web)
    expect((await failure(first.kube.get(web))).code).toBe(404)

    const { kube, kernel } = await withPod({ nodeName: 'n1' })
    await kube.delete(web)
    expect((await kube.get<Pod>(web)).metadata).toMatchObject({
      deletionTimestamp: '2026-01-07T06:00:30Z',
      deletionGracePeriodSeconds: 30,
    })
    await kernel.advanceTo(startMs + 5000)
    await kube.delete(web, { gracePeriodSeconds: 60 }) // may not be lengthened
    expect((await kube.get<Pod>(web)).metadata.deletionGracePeriodSeconds).toBe(30)
    await kube.delete(web, { gracePeriodSeconds: 10 })
    expect((await kube.get<Pod>(web)).metadata).toMatchObject({
      deletionTimestamp: '2026-01-07T06:00:10Z',
      deletionGracePeriodSeconds: 10,
    })
    await kube.delete(web, { gracePeriodSeconds: 0 })
    expect((await failure(kube.get(web))).message).toBe('pods "web" not found')
  })

  test('creating over one that goes says so', async () => {
    const { kube } = await withPod({ nodeName: 'n1' })
    await kube.delete(web)
    expect((await failure(kube.create(resources.pods, podDraft()))).message).toBe(
      'object is being deleted: pods "web" already exists',
    )
  })

  test('finalizers keep an object until the last is taken away; none can be added', async () => {
    const { kube } = server()
    const ref = { type: resources.configMaps, namespace: 'default', name: 'c' }
    await kube.create(resources.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'default', finalizers: ['a.io/x'] },
    })
    await kube.delete(ref)
    expect((await kube.get(ref)).metadata).toMatchObject({ deletionGracePeriodSeconds: 0 })
    const added = await failure(
      kube.patch(ref, { type: 'merge', body: { metadata: { finalizers: ['a.io/x', 'a.io/y'] } } }),
    )
    expect(added.message).toContain('no new finalizers can be added if the object is being deleted')
    await kube.patch(ref, { type: 'merge', body: { metadata: { finalizers: null } } })
    expect((await failure(kube.get(ref))).code).toBe(404)
  })

  test('another uid than asked for is a conflict', async () => {
    const { kube } = await withPod()
    const refused = await failure(kube.delete(web, { uid: 'other' }))
    expect(refused).toMatchObject({ code: 409 })
    expect(refused.message).toContain('the UID in the precondition (other) does not match the UID in record')
  })

  test('a namespace takes nothing new while it goes, and goes when it is finalized', async () => {
    const { kube } = server()
    const ref = { type: resources.namespaces, name: 'foo' }
    const made = await kube.create<KubeObject>(resources.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'foo' },
    })
    expect(made).toMatchObject({
      status: { phase: 'Active' },
      metadata: { labels: { 'kubernetes.io/metadata.name': 'foo' } },
    })
    await kube.delete(ref)
    const refused = await failure(
      kube.create(resources.configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'c', namespace: 'foo' },
      }),
    )
    expect(refused.message).toBe(
      'configmaps "c" is forbidden: unable to create new content in namespace foo because it is being terminated',
    )
    const going = await kube.get<typeof made>(ref)
    await kube.update(resources.namespaces, { ...going, spec: { finalizers: [] } } as KubeObject, {
      subresource: 'finalize',
    })
    expect((await failure(kube.get(ref))).code).toBe(404)
  })

  test('events vanish an hour after their last write', async () => {
    const { kube, kernel } = server()
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: {},
      reason: 'R',
      message: 'm',
      type: 'Normal',
    }
    await kube.create(resources.events, event)
    await kernel.advanceTo(startMs + 3_599_000)
    expect((await kube.list({ type: resources.events })).items).toHaveLength(1)
    await kernel.advanceTo(startMs + 3_720_000)
    expect((await kube.list({ type: resources.events })).items).toHaveLength(0)
  })
})
