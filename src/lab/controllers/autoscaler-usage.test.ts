import { expect, test } from 'vitest'
import { rfc3339 } from '#base/clock.ts'
import type { MetricTarget, Pod, PodMetrics } from '#lab/api/objects.ts'
import { allowed, Recommendations } from '#lab/controllers/autoscaler-size.ts'
import { replicasFor } from '#lab/controllers/autoscaler-usage.ts'

const nowMs = Date.parse('2026-01-07T06:00:00Z')
const longAgo = rfc3339(nowMs - 3_600_000)
const meta = (name: string) => ({
  name,
  namespace: 'default',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: longAgo,
})

const pod = (
  name: string,
  o: { readonly ready?: boolean; readonly request?: string | null; readonly since?: string } = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta(name),
  spec: {
    containers: [
      {
        name: 'main',
        image: 'web',
        ...(o.request === null ? {} : { resources: { requests: { cpu: o.request ?? '100m' } } }),
      },
    ],
  },
  status: {
    phase: 'Running',
    startTime: o.since ?? longAgo,
    conditions: [
      { type: 'Ready', status: o.ready === false ? 'False' : 'True', lastTransitionTime: o.since ?? longAgo },
    ],
  },
})

const uses = (name: string, cpu: string): PodMetrics => ({
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  metadata: meta(name),
  timestamp: rfc3339(nowMs - 10_000),
  window: '15s',
  containers: [{ name: 'main', usage: { cpu } }],
})

const half: MetricTarget = { type: 'Utilization', averageUtilization: 50 }
const count = (pods: readonly Pod[], metrics: readonly PodMetrics[], target = half) =>
  replicasFor({ name: 'cpu', target, metrics, pods, current: pods.length, nowMs })

test.each([
  ['near the target nothing changes', ['54m', '46m'], 2],
  ['twice the target takes twice as many', ['100m', '100m'], 4],
  ['next to nothing takes one', ['1m', '1m'], 1],
] as const)('%s', (_name, used, replicas) => {
  const pods = [pod('a'), pod('b')]
  expect(count(pods, [uses('a', used[0]), uses('b', used[1])]).replicas).toBe(replicas)
})

test('what is told of usage is the average and its share of what is requested', () => {
  expect(count([pod('a'), pod('b')], [uses('a', '30m'), uses('b', '35m')])).toEqual({
    replicas: 2,
    utilization: 32,
    average: '32m',
  })
})

test('a pod of which nothing is known stands against shrinking', () => {
  expect(count([pod('a'), pod('b')], [uses('a', '10m')]).replicas).toBe(2)
})

test('one that has just started counts as idle where the others would grow', () => {
  const young = pod('b', { ready: false, since: rfc3339(nowMs - 5000) })
  expect(count([pod('a'), young], [uses('a', '100m'), uses('b', '100m')]).replicas).toBe(2)
})

test.each([
  ['no pods returned by selector while calculating replica count', [], []],
  ['did not receive metrics for targeted pods (pods might be unready)', [pod('a')], [uses('b', '1m')]],
  ['missing request for cpu in container main of Pod a', [pod('a', { request: null })], [uses('a', '1m')]],
] as const)('%s', (message, pods, metrics) => {
  expect(() => count(pods, metrics)).toThrow(message)
})

test('an average value needs no requests', () => {
  const target: MetricTarget = { type: 'AverageValue', averageValue: '20m' }
  expect(count([pod('a', { request: null })], [uses('a', '60m')], target)).toEqual({
    replicas: 3,
    average: '60m',
  })
})

test('it shrinks to the most that was recommended in the last five minutes', () => {
  const recommended = new Recommendations()
  recommended.begin('web', 4, nowMs)
  expect(recommended.steady('web', 1, nowMs + 15_000)).toBe(4)
  expect(recommended.areOne('web')).toBe(false)
  expect(recommended.steady('web', 1, nowMs + 301_000)).toBe(1)
  expect(recommended.areOne('web')).toBe(true)
})

test.each([
  [10, { replicas: 4, reason: 'ScaleUpLimit' }],
  [0, { replicas: 1, reason: 'TooFewReplicas' }],
  [3, { replicas: 3, reason: 'DesiredWithinRange' }],
])('%i of two, of at most eight', (wanted, to) => {
  expect(allowed(wanted, { current: 2, minReplicas: 1, maxReplicas: 8 })).toMatchObject(to)
})
