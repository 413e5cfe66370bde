import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PodDisruptionBudget } from '#lab/api/objects.ts'
import { Lab } from '#lab/lab.ts'
import type { LabResponse } from '#lab/request.ts'

let lab: Lab

beforeAll(async () => {
  lab = await Lab.boot({ seed: 'disruption', nodes: 3 }) // api runs twice, once a worker
})

afterAll(() => lab.shutdown())

const ask = (method: string, path: string, body?: unknown): Promise<LabResponse> =>
  lab.request({
    method,
    path,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const space = (namespace: string): string => `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`

/** A budget as the controller leaves it. */
async function budget(
  spec: PodDisruptionBudget['spec'],
  { name, namespace = 'shop' }: { readonly name: string; readonly namespace?: string },
): Promise<PodDisruptionBudget> {
  const body = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name, namespace }, spec }
  await ask('POST', space(namespace), body)
  await lab.advance(2000)
  return JSON.parse((await ask('GET', `${space(namespace)}/${name}`)).body) as PodDisruptionBudget
}

const api = { matchLabels: { app: 'api' } }

describe('a budget', () => {
  test.each<[string, string, Partial<PodDisruptionBudget['spec']>, object]>([
    [
      'one of two may go',
      'one',
      { minAvailable: 1 },
      { currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1, expectedPods: 2 },
    ],
    ['none may go', 'none', { minAvailable: 2 }, { desiredHealthy: 2, disruptionsAllowed: 0 }],
    [
      'a percentage is rounded up',
      'percent',
      { minAvailable: '30%' },
      { desiredHealthy: 1, disruptionsAllowed: 1, expectedPods: 2 },
    ],
    [
      'of what may be missing',
      'missing',
      { maxUnavailable: 1 },
      { desiredHealthy: 1, disruptionsAllowed: 1, expectedPods: 2 },
    ],
  ])('%s', async (_name, name, spec, status) => {
    const made = await budget({ selector: api, ...spec }, { name })
    expect(made.status).toMatchObject({ observedGeneration: 1, ...status })
    await ask('DELETE', `${space('shop')}/${name}`)
  })

  test('of a DaemonSet cannot tell how many there should be', async () => {
    const { status } = await budget(
      { selector: { matchLabels: { 'k8s-app': 'calico-node' } }, maxUnavailable: 1 },
      { name: 'calico-node', namespace: 'kube-system' },
    )
    expect(status?.conditions?.[0]).toMatchObject({
      type: 'DisruptionAllowed',
      status: 'False',
      reason: 'SyncFailed',
      message: 'daemonsets.apps does not implement the scale subresource',
    })
  })
})

test('a budget lets the second pod go only when the first is back', async () => {
  await budget({ selector: api, minAvailable: 1 }, { name: 'api' })
  const { items } = JSON.parse(
    (await ask('GET', '/api/v1/namespaces/shop/pods?labelSelector=app=api')).body,
  ) as {
    readonly items: readonly { readonly metadata: { readonly name: string } }[]
  }
  const evict = async (index: number): Promise<LabResponse> => {
    const name = items[index]?.metadata.name ?? ''
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'shop' } }
    return ask('POST', `/api/v1/namespaces/shop/pods/${name}/eviction`, body)
  }
  expect((await evict(0)).status).toBe(201)
  await lab.advance(50) // the controller has seen it, and the next pod is not ready yet
  const refused = await evict(1)
  expect(refused.status).toBe(429)
  expect(JSON.parse(refused.body)).toMatchObject({
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget api needs 1 healthy pods and has 1 currently',
        },
      ],
    },
  })
  await lab.advance(60_000)
  expect((await evict(1)).status).toBe(201)
})
