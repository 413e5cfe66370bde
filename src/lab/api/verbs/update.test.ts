import { describe, expect, test } from 'vitest'
import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { failure, onStatus, running, server, web, withPod } from '#lab/api/verbs/verbs-bench.ts'

describe('updating', () => {
  test('spec and status are apart, and only the spec is counted', async () => {
    const { kube } = server()
    const draft = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'd', namespace: 'default' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i:1' }] } },
      },
    }
    const ref = { type: resources.daemonSets, namespace: 'default', name: 'd' }
    const made = await kube.create<KubeObject & { spec: object; status: object }>(resources.daemonSets, draft)
    expect(made.metadata).toMatchObject({
      generation: 1,
      annotations: { 'deprecated.daemonset.template.generation': '1' },
    })
    const both = { spec: { minReadySeconds: 5 }, status: { numberReady: 9 } }
    const specOnly = await kube.patch<typeof made>(ref, { type: 'merge', body: both })
    expect(specOnly).toMatchObject({ metadata: { generation: 2 }, status: { numberReady: 0 } })
    const statusOnly = await kube.patch<typeof made>(
      ref,
      { type: 'merge', body: { ...both, spec: { minReadySeconds: 7 } } },
      onStatus,
    )
    expect(statusOnly).toMatchObject({
      metadata: { generation: 2 },
      spec: { minReadySeconds: 5 },
      status: { numberReady: 9 },
    })
    const image = { spec: { template: { spec: { containers: [{ name: 'c', image: 'i:2' }] } } } }
    const rolled = await kube.patch<typeof made>(ref, { type: 'strategic', body: image })
    expect(rolled.metadata).toMatchObject({
      generation: 3,
      annotations: { 'deprecated.daemonset.template.generation': '2' },
    })
    const selector = {
      spec: { selector: { matchLabels: { a: 'c' } }, template: { metadata: { labels: { a: 'c' } } } },
    }
    expect((await failure(kube.patch(ref, { type: 'merge', body: selector }))).message).toContain(
      'field is immutable',
    )
  })

  test('a change of nothing moves no version and tells nobody', async () => {
    const { kube, api, pod } = await withPod()
    const before = api.state.store.revision
    expect(await kube.update(resources.pods, pod)).toBe(await kube.get(web))
    await kube.patch(web, { type: 'merge', body: { metadata: { labels: null } } })
    expect(api.state.store.revision).toBe(before)
  })

  test('what cannot change in a pod is refused, what can is stored', async () => {
    const { kube, pod } = await withPod()
    const moved = { ...pod, spec: { ...pod.spec, hostNetwork: true } }
    expect((await failure(kube.update(resources.pods, moved))).message).toContain(
      'spec: Forbidden: pod updates may not change fields other than',
    )
    const image = { spec: { containers: [{ name: 'c', image: 'img:2' }] } }
    const patched = await kube.patch<Pod>(web, { type: 'strategic', body: image })
    expect(patched.spec.containers[0]?.image).toBe('img:2')
  })

  test('a version in a patch is a precondition', async () => {
    const { kube, pod } = await withPod()
    await kube.patch(web, running, onStatus)
    const { resourceVersion } = pod.metadata
    expect(
      await failure(
        kube.patch(web, { type: 'merge', body: { metadata: { resourceVersion, labels: { a: 'b' } } } }),
      ),
    ).toMatchObject({ code: 409, reason: 'Conflict' })
  })

  test('a lease is made by the PUT that finds none, and then needs a version', async () => {
    const { kube } = server()
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'n', namespace: 'kube-node-lease' },
      spec: { holderIdentity: 'n' },
    } as unknown as KubeObject
    expect((await kube.update(resources.leases, lease)).metadata.uid).not.toBe('')
    const again = await failure(
      kube.update(resources.leases, { ...lease, spec: { holderIdentity: 'm' } } as KubeObject),
    )
    expect(again.message).toContain(
      'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    )
  })

  test('server-side apply makes, changes and remembers who', async () => {
    const { kube } = server()
    const ref = { type: resources.configMaps, namespace: 'default', name: 'c' }
    const body = (a: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { a },
    })
    expect((await failure(kube.patch(ref, { type: 'apply', body: body('1') }))).message).toContain(
      'fieldManager: Required value',
    )
    await kube.patch(ref, { type: 'apply', body: body('1') }, { fieldManager: 'me' })
    const second = await kube.patch<KubeObject & { data: object }>(
      ref,
      { type: 'apply', body: body('2') },
      { fieldManager: 'me' },
    )
    expect(second).toMatchObject({ data: { a: '2' } })
    const { resourceVersion } = second.metadata
    const third = await kube.patch(ref, { type: 'apply', body: body('2') }, { fieldManager: 'me' })
    expect(third.metadata.resourceVersion).toBe(resourceVersion)
  })
})
