import { describe, expect, test } from 'vitest'
import type { ControllerRevision, DaemonSet, Pod, PodSpec, PodTemplate } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { templateHash } from '#lab/controllers/pods.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, testImage } from '#lab/kubelet/test-bed.ts'

const namespace = 'default'
const agentRef = { type: resources.daemonSets, namespace, name: 'agent' }

const cluster = (): Promise<Bed> => bed({ workers: 2, programs: controllerPrograms })

function agent(spec: Partial<PodSpec> = {}, more: Partial<DaemonSet['spec']> = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: { containers: [{ name: 'main', image: testImage.name }], ...spec },
      },
      ...more,
    },
    status: {},
  }
}

const agents = async ({ kube }: Bed): Promise<readonly Pod[]> =>
  (await kube.list<Pod>({ type: resources.pods, namespace })).items

const set = ({ kube }: Bed): Promise<DaemonSet> => kube.get<DaemonSet>(agentRef)

const ready = (b: Bed, count: number): Promise<void> =>
  b.until(async () => (await set(b)).status.numberReady === count)

/** All pods are of the present template, and ready. */
const updated = (b: Bed): Promise<void> =>
  b.until(async () => {
    const { metadata, status } = await set(b)
    if (status.observedGeneration !== metadata.generation) return false
    return status.updatedNumberScheduled === 3 && status.numberReady === 3
  }, 300_000)

const revisions = async ({ kube }: Bed): Promise<readonly ControllerRevision[]> => {
  const { items } = await kube.list<ControllerRevision>({ type: resources.controllerRevisions, namespace })
  return [...items].sort((a, b) => a.revision - b.revision)
}

const env = (value: string) => ({
  spec: { template: { spec: { containers: [{ name: 'main', env: [{ name: 'A', value }] }] } } },
})

describe('where pods go', () => {
  test('required node affinity of the template keeps nodes out', async () => {
    const b = await cluster()
    const term = {
      matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['k8s-worker-01'] }],
    }
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
    }
    await b.kube.create(resources.daemonSets, agent({ affinity }))
    await ready(b, 2)
    expect((await agents(b)).map(({ spec }) => spec.nodeName).sort()).toEqual([
      'k8s-control-01',
      'k8s-worker-02',
    ])
  })

  test('pods that were left behind are adopted, not doubled', async () => {
    const b = await cluster()
    await b.kube.create(resources.daemonSets, agent())
    await ready(b, 3)
    const before = (await agents(b)).map(({ metadata }) => metadata.uid).sort()
    await b.kube.patch(agentRef, { type: 'merge', body: { metadata: { finalizers: ['orphan'] } } })
    await b.kube.delete(agentRef)
    await b.advance(5000)
    await b.kube.create(resources.daemonSets, agent())
    await ready(b, 3)
    const pods = await agents(b)
    expect(pods.map(({ metadata }) => metadata.uid).sort()).toEqual(before)
    const owner = (await set(b)).metadata.uid
    const left = [...pods, ...(await revisions(b))]
    expect(left.map(({ metadata }) => metadata.ownerReferences?.[0]?.uid)).toEqual(left.map(() => owner))
  })
})

describe('updates', () => {
  test('a template that comes back gets a new revision, not a new pod hash', async () => {
    const b = await cluster()
    await b.kube.create(resources.daemonSets, agent())
    await ready(b, 3)
    const first = (await revisions(b))[0]?.metadata.name
    await b.kube.patch(agentRef, { type: 'strategic', body: env('2') })
    await updated(b)
    const back = { spec: { template: { spec: { containers: [{ name: 'main', env: null }] } } } }
    await b.kube.patch(agentRef, { type: 'strategic', body: back })
    await updated(b)
    expect((await revisions(b)).map(({ revision }) => revision)).toEqual([2, 3])
    expect((await revisions(b)).at(-1)?.metadata.name).toBe(first)
  })

  test('OnDelete changes nothing until a pod goes', async () => {
    const b = await cluster()
    await b.kube.create(resources.daemonSets, agent({}, { updateStrategy: { type: 'OnDelete' } }))
    await ready(b, 3)
    const before = await agents(b)
    await b.kube.patch(agentRef, { type: 'strategic', body: env('2') })
    await b.advance(60_000)
    expect((await agents(b)).map(({ metadata }) => metadata.uid)).toEqual(
      before.map(({ metadata }) => metadata.uid),
    )
    expect((await set(b)).status.updatedNumberScheduled).toBeUndefined()
  })

  test('with maxSurge the old pod goes when the new one is ready', async () => {
    const b = await cluster()
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
    await b.kube.create(resources.daemonSets, agent({}, { updateStrategy }))
    await ready(b, 3)
    await b.kube.patch(agentRef, { type: 'strategic', body: env('2') })
    let fewest = 3
    await b.until(async () => {
      const { numberReady = 0, updatedNumberScheduled = 0 } = (await set(b)).status
      fewest = Math.min(fewest, numberReady)
      return updatedNumberScheduled === 3 && (await agents(b)).length === 3
    }, 300_000)
    expect(fewest).toBe(3)
  })
})

test('a template that a client wrote out anew, without what is false, is the same template', () => {
  const mount = { name: 'a', mountPath: '/a' }
  const template = (volumeMounts: readonly object[]) =>
    ({ spec: { containers: [{ name: 'main', image: 'x', volumeMounts }] } }) as unknown as PodTemplate // of the parts that matter here
  expect(templateHash(template([{ ...mount, readOnly: false }]))).toBe(templateHash(template([mount])))
  expect(templateHash(template([{ ...mount, readOnly: true }]))).not.toBe(templateHash(template([mount])))
})

describe('what cannot be', () => {
  test('a refused pod is told of, tried again later each time, and the status says what is missing', async () => {
    const b = await cluster()
    await b.kube.create(resources.daemonSets, agent({ serviceAccountName: 'nobody' }))
    await b.advance(60_000)
    const said = (await b.eventObjects('agent')).filter(({ reason }) => reason === 'FailedCreate')
    expect(said[0]?.message).toBe(
      'Error creating: pods "agent-" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found',
    )
    expect(said[0]?.count).toBeLessThan(20)
    expect((await set(b)).status).toMatchObject({ desiredNumberScheduled: 3, numberUnavailable: 3 })
  })

  test('a failed pod is replaced, later each time', async () => {
    const b = await cluster()
    await b.kube.create(resources.daemonSets, agent())
    await ready(b, 3)
    const fail = async (): Promise<void> => {
      const pod = (await agents(b)).find(({ spec }) => spec.nodeName === 'k8s-worker-01') as Pod // it is there
      await b.kube.patch(
        { type: resources.pods, namespace, name: pod.metadata.name },
        { type: 'strategic', body: { status: { phase: 'Failed' } } },
        { subresource: 'status' },
      )
    }
    await fail()
    await b.advance(5000)
    const messages = await b.events('agent')
    expect(
      messages.some((each) =>
        /^FailedDaemonPod: Found failed daemon pod default\/agent-\w+ on node k8s-worker-01, will try to kill it$/.test(
          each,
        ),
      ),
    ).toBe(true)
    await ready(b, 3)
  })
})
