import { expect, test } from 'vitest'
import type { Condition, Deployment, HorizontalPodAutoscaler } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, testImage } from '#lab/kubelet/test-bed.ts'

const namespace = 'default'
const ref = { type: resources.autoscalers, namespace, name: 'web' }
const target = { type: resources.deployments, namespace, name: 'web' }

async function started(o: { readonly replicas: number; readonly min?: number; readonly max?: number }) {
  const b = await bed({ workers: 1, programs: controllerPrograms })
  await b.kube.create<Deployment>(resources.deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: o.replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: testImage.name }] },
      },
    },
  })
  await autoscaled(b, 'web', o)
  return b
}

const autoscaled = (b: Bed, name: string, o: { readonly min?: number; readonly max?: number } = {}) =>
  b.kube.create<HorizontalPodAutoscaler>(resources.autoscalers, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: o.min ?? 1,
      maxReplicas: o.max ?? 5,
    },
  })

const status = async (b: Bed) => (await b.kube.get<HorizontalPodAutoscaler>(ref)).status
const replicas = async (b: Bed) => (await b.kube.get<Deployment>(target)).spec.replicas
const told = (conditions: readonly Condition[] = []) =>
  conditions.map(({ type, status: is, reason, message }) => `${type}=${is} ${reason}: ${message}`)

const noMetrics =
  'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'

test('an autoscaler without metrics says so again and again, and leaves its target alone', async () => {
  const b = await started({ replicas: 2 })
  await b.advance(14_000)
  expect((await status(b))?.conditions).toBeUndefined()
  await b.advance(36_000)
  const { conditions, ...numbers } = (await status(b)) ?? {}
  expect(told(conditions)).toEqual([
    "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
    `ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${noMetrics}`,
  ])
  expect(numbers).toEqual({ currentReplicas: 2, desiredReplicas: 0, currentMetrics: [{ type: '' }] })
  const events = (await b.eventObjects('web')).filter(
    ({ source }) => source?.component === 'horizontal-pod-autoscaler',
  )
  expect(events.map(({ reason, message, count }) => [reason, message, count])).toEqual([
    ['FailedGetResourceMetric', noMetrics, 3],
    [
      'FailedComputeMetricsReplicas',
      `invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${noMetrics}`,
      3,
    ],
  ])
  expect(await replicas(b)).toBe(2)
})

test.each([
  { replicas: 1, to: 3, why: 'New size: 3; reason: Current number of replicas below Spec.MinReplicas' },
  { replicas: 9, to: 5, why: 'New size: 5; reason: Current number of replicas above Spec.MaxReplicas' },
])('$replicas are out of bounds, which takes no metrics', async ({ replicas: from, to, why }) => {
  const b = await started({ replicas: from, min: 3 })
  await b.advance(16_000)
  expect(await replicas(b)).toBe(to)
  expect(await b.events('web')).toContain(`SuccessfulRescale: ${why}`)
  expect((await status(b))?.desiredReplicas).toBe(to)
})

test('a target of none is left at none, and looked at again once it has some', async () => {
  const b = await started({ replicas: 0 })
  await b.advance(40_000)
  expect(told((await status(b))?.conditions)).toContain(
    'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
  )
  await b.advance(300_000)
  await b.kube.patch(target, { type: 'merge', body: { spec: { replicas: 1 } } })
  await b.advance(16_000)
  expect(told((await status(b))?.conditions).join()).toContain('FailedGetResourceMetric')
})

test('a target that is not there', async () => {
  const b = await started({ replicas: 1 })
  await autoscaled(b, 'gone')
  await b.advance(16_000)
  const gone = await b.kube.get<HorizontalPodAutoscaler>({ ...ref, name: 'gone' })
  expect(told(gone.status?.conditions)).toEqual([
    'AbleToScale=False FailedGetScale: the HPA controller was unable to get the target\'s current scale: deployments/scale.apps "gone" not found',
  ])
  expect(await b.events('gone')).toEqual(['FailedGetScale: deployments/scale.apps "gone" not found'])
})
