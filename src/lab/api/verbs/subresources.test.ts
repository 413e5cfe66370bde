import { describe, expect, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { failure, onStatus, server, startMs, type, web, withPod } from '#lab/api/verbs/verbs-bench.ts'

describe('parts of objects', () => {
  test('binding puts a pod on a node, once', async () => {
    const { kube } = await withPod()
    const body = { target: { kind: 'Node', name: 'n1' } }
    await kube.post(web, 'binding', body)
    expect(await kube.get(web)).toMatchObject({
      spec: { nodeName: 'n1' },
      status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
    })
    expect((await failure(kube.post(web, 'binding', body))).message).toContain(
      'pod web is already assigned to node "n1"',
    )
  })

  test.each([
    [
      'spends a disruption that is left',
      { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, observedGeneration: 1 },
      undefined,
    ],
    [
      'is refused when none is left',
      { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2, observedGeneration: 1 },
      429,
    ],
    ['is refused before the budget was counted', {}, 429],
  ])('eviction %s', async (_name, status, code) => {
    const { kube } = await withPod({ nodeName: 'n1' })
    await kube.patch(
      web,
      {
        type: 'merge',
        body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      },
      onStatus,
    )
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'b', namespace: 'default' },
      spec: { minAvailable: 2, selector: {} },
    }
    await kube.create(resources.podDisruptionBudgets, budget)
    const ref = { type: resources.podDisruptionBudgets, namespace: 'default', name: 'b' }
    await kube.patch(ref, { type: 'merge', body: { status } }, onStatus)
    const result = await failure(kube.post(web, 'eviction', { metadata: { name: 'web' } }))
    if (code === undefined) {
      expect((await kube.get<Pod>(web)).metadata.deletionTimestamp).toBeDefined()
      expect(await kube.get(ref)).toMatchObject({
        status: { disruptionsAllowed: 0, disruptedPods: { web: '2026-01-07T06:00:00Z' } },
      })
    } else {
      expect(result).toMatchObject({
        code,
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
      })
      expect((await kube.get<Pod>(web)).metadata.deletionTimestamp).toBeUndefined()
    }
  })

  test('a token is its account until it expires or its pod goes', async () => {
    const { kube, api, kernel, pod } = await withPod()
    const ref = { type: resources.serviceAccounts, namespace: 'default', name: 'default' }
    const ask = async (spec: object): Promise<string> => {
      const answer = (await kube.post(ref, 'token', { spec })) as { status: { token: string } }
      return answer.status.token
    }
    const free = await ask({ expirationSeconds: 3600 })
    const bound = await ask({ boundObjectRef: { kind: 'Pod', name: 'web', uid: pod.metadata.uid } })
    expect(api.identify({ token: free }).username).toBe('system:serviceaccount:default:default')
    expect(() => api.identify({ token: `${free}x` })).toThrow('Unauthorized')
    await kube.delete(web)
    expect(() => api.identify({ token: bound })).toThrow('Unauthorized')
    await kernel.advanceTo(startMs + 3_599_000)
    expect(api.identify({ token: free }).groups).toContain('system:serviceaccounts:default')
    await kernel.advanceTo(startMs + 3_600_000)
    expect(() => api.identify({ token: free })).toThrow('Unauthorized')
  })

  test('events are one thing under two names', async () => {
    const { kube } = server()
    const events = type('events', 'events.k8s.io')
    await kube.create(events, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      note: 'hello',
      regarding: { kind: 'Pod' },
      reportingController: 'c',
    } as never)
    expect((await kube.list({ type: resources.events })).items[0]).toMatchObject({
      apiVersion: 'v1',
      message: 'hello',
      involvedObject: { kind: 'Pod' },
      reportingComponent: 'c',
    })
    expect((await kube.list({ type: events })).items[0]).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      note: 'hello',
    })
  })
})
