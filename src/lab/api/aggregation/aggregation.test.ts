import { afterEach, expect, test } from 'vitest'
import { conditionOf } from '#lab/api/aggregation/services.ts'
import type { Stored } from '#lab/api/store.ts'
import { calicoApiServerManifests } from '#lab/calico/apiserver/index.ts'
import { Lab } from '#lab/lab.ts'
import { metricsApiService } from '#lab/metrics-server/testing.ts'
import type { LabResponse } from '#lab/request.ts'

let lab: Lab | undefined

afterEach(() => lab?.shutdown())

/** A lab in which somebody has installed Calico's API server, and waited for it. */
async function boot(calico = '3.29.3'): Promise<Lab> {
  lab = await Lab.boot({ seed: 'aggregation', nodes: 2, calico })
  const objects = calicoApiServerManifests({ version: calico, nowMs: lab.nowMs, node: 'k8s-worker-01' })
  for (const object of objects) {
    const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`
    const { namespace } = object.metadata
    const space = namespace === undefined ? '' : `/namespaces/${namespace}`
    const { status, body } = await ask(lab, 'POST', `${root}${space}/${object.kind.toLowerCase()}s`, object)
    if (status !== 201) throw new Error(body)
  }
  await lab.advance(90_000)
  return lab
}

const ask = (on: Lab, method: string, path: string, body?: unknown): Promise<LabResponse> =>
  on.request({
    method,
    path,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const v3 = '/apis/projectcalico.org/v3'

async function availability(on: Lab): Promise<object | undefined> {
  const { body } = await ask(on, 'GET', '/apis/apiregistration.k8s.io/v1/apiservices/v3.projectcalico.org')
  return conditionOf(JSON.parse(body) as Stored)
}

test('an aggregated API is answered by its pod', async () => {
  const on = await boot()
  expect(await availability(on)).toMatchObject({
    status: 'True',
    reason: 'Passed',
    message: 'all checks passed',
  })
  const { status, body } = await ask(on, 'GET', `${v3}/ippools`)
  expect(status).toBe(200)
  expect(JSON.parse(body)).toMatchObject({
    kind: 'IPPoolList',
    items: [
      { kind: 'IPPool', apiVersion: 'projectcalico.org/v3', metadata: { name: 'default-ipv4-ippool' } },
    ],
  })
  const pool = { kind: 'IPPool', apiVersion: 'projectcalico.org/v3', metadata: { name: 'more' } }
  const refused = await ask(on, 'POST', `${v3}/ippools`, {
    ...pool,
    spec: { cidr: '10.9.0.0/16', ipipMode: 'Always', vxlanMode: 'Always' },
  })
  expect(refused.status).toBe(422)
  expect((await ask(on, 'POST', `${v3}/ippools`, { ...pool, spec: { cidr: '10.9.0.0/16' } })).status).toBe(
    201,
  )
  expect((await ask(on, 'GET', '/apis/crd.projectcalico.org/v1/ippools/more')).status).toBe(200)
})

test.each([
  ['3.28.3', []],
  ['3.30.7', ['stagednetworkpolicies', 'tiers']],
])('the aggregated API of Calico %s serves what that release knows', async (calico, newer) => {
  const on = await boot(calico)
  const { resources } = JSON.parse((await ask(on, 'GET', v3)).body)
  const names: readonly string[] = resources.map(({ name }: { readonly name: string }) => name)
  expect(names.filter((name) => ['tiers', 'stagednetworkpolicies'].includes(name))).toEqual(newer)
  expect((await ask(on, 'GET', `${v3}/tiers`)).status).toBe(newer.length === 0 ? 404 : 200)
})

test('without its pods it is not available, and discovery says so', async () => {
  const on = await boot()
  const scale = { spec: { replicas: 0 } }
  await on.request({
    method: 'PATCH',
    path: '/apis/apps/v1/namespaces/calico-apiserver/deployments/calico-apiserver/scale',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify(scale),
  })
  await on.advance(40_000)
  expect(await availability(on)).toMatchObject({
    status: 'False',
    reason: 'MissingEndpoints',
    message:
      'endpoints for service/calico-api in "calico-apiserver" have no addresses with port name "apiserver"',
  })
  expect(await ask(on, 'GET', `${v3}/ippools`)).toEqual({ status: 503, body: 'service unavailable\n' })
  const { body } = await on.request({
    method: 'GET',
    path: '/apis',
    headers: { accept: 'application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList' },
  })
  const { items } = JSON.parse(body) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string }
      readonly versions: readonly object[]
    }[]
  }
  expect(items.find(({ metadata }) => metadata.name === 'projectcalico.org')?.versions).toMatchObject([
    { version: 'v3', freshness: 'Stale' },
  ])
})

test('while it does not answer, a namespace cannot go', async () => {
  const on = await boot()
  await on.addUnderlayRule({ name: 'cut', destination: '10.244.0.0/16', action: 'drop' })
  await on.advance(60_000)
  await ask(on, 'POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'gone' },
  })
  await ask(on, 'DELETE', '/api/v1/namespaces/gone')
  await on.advance(30_000)
  const { body } = await ask(on, 'GET', '/api/v1/namespaces/gone')
  expect(JSON.parse(body)).toMatchObject({
    status: {
      phase: 'Terminating',
      conditions: expect.arrayContaining([
        expect.objectContaining({
          type: 'NamespaceDeletionDiscoveryFailure',
          status: 'True',
          reason: 'DiscoveryFailed',
          message:
            'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: projectcalico.org/v3: stale GroupVersion discovery: projectcalico.org/v3',
        }),
      ]) as unknown,
    },
  })
  await ask(on, 'DELETE', '/apis/apiregistration.k8s.io/v1/apiservices/v3.projectcalico.org')
  await on.advance(30_000)
  expect((await ask(on, 'GET', '/api/v1/namespaces/gone')).status).toBe(404)
})

test('behind a cut network it fails its check', async () => {
  const on = await boot()
  await on.addUnderlayRule({ name: 'cut', destination: '10.244.0.0/16', action: 'drop' })
  await on.advance(60_000)
  expect(await availability(on)).toMatchObject({
    status: 'False',
    reason: 'FailedDiscoveryCheck',
    message: expect.stringMatching(
      /^failing or missing response from https:\/\/[\d.]+:443\/apis\/projectcalico\.org\/v3: Get "https:\/\/[\d.]+:443\/apis\/projectcalico\.org\/v3": context deadline exceeded \(Client\.Timeout exceeded while awaiting headers\)$/,
    ) as string,
  })
})

test('what the server itself answers for is registered too', async () => {
  lab = await Lab.boot({ seed: 'aggregation', nodes: 2 })
  const { body } = await ask(lab, 'GET', '/apis/apiregistration.k8s.io/v1/apiservices')
  const { items } = JSON.parse(body) as { readonly items: readonly Stored[] }
  const names = items.map(({ metadata }) => metadata.name)
  expect(names).toEqual(expect.arrayContaining(['v1.', 'v1.apps', 'v1.crd.projectcalico.org']))
  expect(conditionOf(items[0] as Stored)).toMatchObject({ status: 'True', reason: 'Local' })
})

test('an autoscaler asks the server behind metrics.k8s.io, and says when that is not there', async () => {
  const on = await boot()
  await ask(on, 'POST', '/apis/apiregistration.k8s.io/v1/apiservices', metricsApiService)
  const autoscalers = '/apis/autoscaling/v2/namespaces/kube-system/horizontalpodautoscalers'
  await ask(on, 'POST', autoscalers, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'coredns' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'coredns' }, maxReplicas: 4 },
  })
  await on.advance(40_000)
  const { body } = await ask(on, 'GET', `${autoscalers}/coredns`)
  expect(body).toContain(
    'unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)',
  )
})
