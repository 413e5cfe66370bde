import { describe, expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { type Kube, type ResourceType, resources } from '#lab/api/ports.ts'
import { ApiServer } from '#lab/api/server.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

const startMs = Date.UTC(2026, 0, 7, 6)

function server(): { readonly kernel: Kernel; readonly api: ApiServer; readonly kube: Kube } {
  const kernel = new Kernel({ seed: 1, startMs })
  const api = new ApiServer({ kernel })
  return { kernel, api, kube: directKube(api) }
}

const type = (resource: string, group = ''): ResourceType => ({ group, version: 'v1', resource })
const failure = async (
  promise: Promise<unknown>,
): Promise<{ code?: number; reason?: string; message: string }> =>
  promise.then(
    () => ({ message: 'it did not fail' }),
    (error: Error) => error,
  )

const account = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'default' },
}
const podDraft = (o: { readonly metadata?: object; readonly spec?: object } = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', ...o.metadata },
  spec: { containers: [{ name: 'c', image: 'img' }], ...o.spec },
})
const web = { type: resources.pods, namespace: 'default', name: 'web' }

async function withPod(spec: object = {}): Promise<ReturnType<typeof server> & { readonly pod: Pod }> {
  const s = server()
  await s.kube.create(resources.serviceAccounts, account)
  const pod = await s.kube.create<Pod>(resources.pods, podDraft({ spec }))
  return { ...s, pod }
}

const running = { type: 'merge', body: { status: { phase: 'Running' } } } as const
const onStatus = { subresource: 'status' }

describe('creating', () => {
  test('a pod gets what defaults and admission add', async () => {
    const { pod } = await withPod()
    expect(pod.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
    expect(pod.spec).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      serviceAccountName: 'default',
      priority: 0,
    })
    expect(pod.spec.containers[0]).toMatchObject({
      imagePullPolicy: 'Always',
      terminationMessagePath: '/dev/termination-log',
    })
    expect(pod.spec.containers[0]?.volumeMounts?.[0]?.mountPath).toBe(
      '/var/run/secrets/kubernetes.io/serviceaccount',
    )
    expect(pod.spec.tolerations?.map((each) => each.tolerationSeconds)).toEqual([300, 300])
    expect(pod.metadata.creationTimestamp).toBe('2026-01-07T06:00:00Z')
  })

  test('a node-critical pod has its priority', async () => {
    const { pod } = await withPod({ priorityClassName: 'system-node-critical' })
    expect(pod.spec.priority).toBe(2_000_001_000)
  })

  test.each<[string, object, number, string]>([
    ['a name that is taken', podDraft(), 409, 'pods "web" already exists'],
    [
      'a name that is none',
      podDraft({ metadata: { name: 'Web' } }),
      422,
      'Pod "Web" is invalid: metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must consist',
    ],
    [
      'no image',
      podDraft({ metadata: { name: 'x' }, spec: { containers: [{ name: 'c' }] } }),
      422,
      'Pod "x" is invalid: spec.containers[0].image: Required value',
    ],
    [
      'an account that is missing',
      podDraft({ metadata: { name: 'x' }, spec: { serviceAccountName: 'nope' } }),
      403,
      'pods "x" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found',
    ],
    [
      'a namespace that is missing',
      podDraft({ metadata: { name: 'x', namespace: 'nope' } }),
      404,
      'namespaces "nope" not found',
    ],
    [
      'another version',
      { ...podDraft(), apiVersion: 'v2' },
      400,
      'the API version in the data (v2) does not match',
    ],
  ])('is refused for %s', async (_name, draft, code, message) => {
    const { kube } = await withPod()
    const refused = await failure(kube.create(resources.pods, draft as Pod))
    expect(refused.code).toBe(code)
    expect(refused.message).toContain(message)
  })

  test('a generated name ends in five characters', async () => {
    const { kube } = await withPod()
    const draft = { ...podDraft(), metadata: { generateName: 'agent-', namespace: 'default' } }
    expect((await kube.create(resources.pods, draft)).metadata.name).toMatch(
      /^agent-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
    )
  })

  test('a service gets an address that no other has', async () => {
    const { kube } = server()
    const draft = (name: string, spec: object) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: { ports: [{ port: 80 }], ...spec },
    })
    const a = await kube.create<KubeObject & { spec: { clusterIP: string } }>(
      resources.services,
      draft('a', {}),
    )
    expect(a.spec.clusterIP).toMatch(/^10\.(9[6-9]|10\d|11[01])\./)
    const refused = await failure(kube.create(resources.services, draft('b', { clusterIP: '10.96.0.1' })))
    expect(refused.message).toContain('provided IP is already allocated')
  })

  test('a definition is served as soon as it is there, and no longer than that', async () => {
    const { kube } = server()
    const widgets = type('widgets', 'example.io')
    expect((await failure(kube.list({ type: widgets }))).code).toBe(404)
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.io' },
      spec: {
        group: 'example.io',
        names: { plural: 'widgets', kind: 'Widget' },
        scope: 'Cluster',
        versions: [{ name: 'v1', served: true, storage: true }],
      },
    }
    await kube.create(type('customresourcedefinitions', 'apiextensions.k8s.io'), crd)
    const widget = await kube.create<KubeObject>(widgets, {
      apiVersion: 'example.io/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
    })
    expect(widget.metadata.generation).toBe(1)
    expect(
      (await failure(kube.patch({ type: widgets, name: 'w' }, { type: 'strategic', body: {} }))).code,
    ).toBe(415)
    await kube.delete({
      type: type('customresourcedefinitions', 'apiextensions.k8s.io'),
      name: 'widgets.example.io',
    })
    expect((await failure(kube.list({ type: widgets }))).code).toBe(404)
  })
})

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
    expect(second).toMatchObject({
      data: { a: '2' },
      metadata: {
        managedFields: [{ manager: 'me', operation: 'Apply', fieldsV1: { 'f:data': { 'f:a': {} } } }],
      },
    })
    const { resourceVersion } = second.metadata
    const third = await kube.patch(ref, { type: 'apply', body: body('2') }, { fieldManager: 'me' })
    expect(third.metadata.resourceVersion).toBe(resourceVersion)
  })
})

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
    const made = await kube.create<KubeObject & { spec: object }>(resources.namespaces, {
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
    await kube.update(
      resources.namespaces,
      { ...going, spec: { finalizers: [] } },
      { subresource: 'finalize' },
    )
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

test.each([
  ['a=b', ['1']],
  ['a==b,c', ['1']],
  ['a!=b', ['2', '3']],
  ['a in (b, x),!d', ['1', '2']],
  ['a notin (b)', ['2', '3']],
  ['!a', ['3']],
  ['c', ['1']],
])('labels: %s', async (labelSelector, expected) => {
  const { kube } = server()
  const labels = [{ a: 'b', c: '' }, { a: 'x' }, { d: 'e' }]
  for (const [index, each] of labels.entries())
    await kube.create(resources.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: String(index + 1), namespace: 'default', labels: each as Record<string, string> },
    })
  const { items } = await kube.list({ type: resources.configMaps, labelSelector })
  expect(items.map(({ metadata }) => metadata.name)).toEqual(expected)
})

test.each<[string, readonly string[] | number]>([
  ['spec.nodeName=n1', ['web']],
  ['spec.nodeName=', ['idle']],
  ['spec.nodeName!=n1', ['idle']],
  ['status.phase!=Failed,status.phase!=Succeeded', ['idle', 'web']],
  ['metadata.name=web', ['web']],
  ['metadata.namespace=kube-system', []],
  ['spec.foo=1', 400],
])('fields: %s', async (fieldSelector, expected) => {
  const { kube } = await withPod({ nodeName: 'n1' })
  await kube.create(resources.pods, podDraft({ metadata: { name: 'idle' } }))
  const listed = kube.list({ type: resources.pods, fieldSelector })
  if (typeof expected === 'number') expect((await failure(listed)).code).toBe(expected)
  else expect((await listed).items.map(({ metadata }) => metadata.name)).toEqual(expected)
})
