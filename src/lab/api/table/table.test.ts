import { describe, expect, test } from 'vitest'
import type { Stored } from '#lab/api/store.ts'
import { age, humanDuration } from '#lab/api/table/age.ts'
import { customPrinter } from '#lab/api/table/custom.ts'
import { podPrinter, podSummary } from '#lab/api/table/pods.ts'
import { table } from '#lab/api/table/table.ts'
import { Registry } from '#lab/api/types/registry.ts'

const metadata = {
  name: 'x',
  namespace: 'a',
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: '2026-01-07T06:00:00Z',
}
const nowMs = Date.UTC(2026, 0, 7, 6, 30)

const running = { running: { startedAt: '2026-01-07T06:00:00Z' } }
const waiting = (reason: string) => ({ waiting: { reason } })
const ended = (exitCode: number, reason?: string, finishedAt = '2026-01-07T06:25:00Z') => ({
  terminated: { exitCode, reason, finishedAt },
})

interface Parts {
  readonly phase?: string
  readonly reason?: string
  readonly init?: readonly object[]
  readonly main?: readonly object[]
  readonly inits?: number
  readonly deleted?: boolean
  readonly conditions?: readonly object[]
}

const container = (
  state: object,
  o: { readonly ready?: boolean; readonly restartCount?: number; readonly lastState?: object } = {},
) => ({
  state,
  ready: o.ready ?? false,
  restartCount: o.restartCount ?? 0,
  lastState: o.lastState ?? {},
})

const pod = (parts: Parts): Stored => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...metadata, ...(parts.deleted ? { deletionTimestamp: '2026-01-07T06:29:00Z' } : {}) },
  spec: {
    containers: [{ name: 'c1' }],
    initContainers: Array.from({ length: parts.inits ?? 0 }, () => ({})),
  },
  status: {
    phase: parts.phase ?? 'Running',
    ...(parts.reason === undefined ? {} : { reason: parts.reason }),
    initContainerStatuses: parts.init ?? [],
    containerStatuses: parts.main ?? [],
    conditions: parts.conditions ?? [],
  },
})

describe('a pod in a table', () => {
  test.each<[string, Parts, string, string]>([
    [
      'no sandbox yet',
      { phase: 'Pending', main: [container(waiting('ContainerCreating'))] },
      'ContainerCreating',
      '0/1',
    ],
    ['not scheduled', { phase: 'Pending' }, 'Pending', '0/1'],
    ['running and ready', { main: [container(running, { ready: true })] }, 'Running', '1/1'],
    ['running, not ready', { main: [container(running)] }, 'Running', '0/1'],
    ['just crashed', { main: [container(ended(1, 'Error'))] }, 'Error', '0/1'],
    [
      'crashed again and again',
      { main: [container(waiting('CrashLoopBackOff'))] },
      'CrashLoopBackOff',
      '0/1',
    ],
    ['killed without a reason', { main: [container(ended(137))] }, 'ExitCode:137', '0/1'],
    [
      'waits for its init containers',
      {
        phase: 'Pending',
        inits: 3,
        init: [container(waiting('PodInitializing')), container(waiting('PodInitializing'))],
        main: [container(waiting('PodInitializing'))],
      },
      'Init:0/3',
      '0/1',
    ],
    [
      'one init container done',
      {
        phase: 'Pending',
        inits: 2,
        init: [container(ended(0, 'Completed')), container(running)],
        main: [container(waiting('PodInitializing'))],
      },
      'Init:1/2',
      '0/1',
    ],
    [
      'an init container failed',
      {
        phase: 'Pending',
        inits: 1,
        init: [container(ended(1, 'Error'))],
        main: [container(waiting('PodInitializing'))],
      },
      'Init:Error',
      '0/1',
    ],
    [
      'an init container in back-off',
      { phase: 'Pending', inits: 1, init: [container(waiting('CrashLoopBackOff'))] },
      'Init:CrashLoopBackOff',
      '0/1',
    ],
    ['being deleted', { deleted: true, main: [container(running, { ready: true })] }, 'Terminating', '1/1'],
    [
      'deleted after it had failed',
      { deleted: true, phase: 'Failed', main: [container(ended(1, 'Error'))] },
      'Error',
      '0/1',
    ],
    [
      'lost with its node',
      { deleted: true, reason: 'NodeLost', main: [container(running)] },
      'Unknown',
      '0/1',
    ],
    ['evicted', { phase: 'Failed', reason: 'Evicted' }, 'Evicted', '0/1'],
  ])('%s', (_name, parts, status, ready) => {
    const summary = podSummary(pod(parts))
    expect(summary.status).toBe(status)
    expect(`${summary.ready}/${summary.total}`).toBe(ready)
  })

  test('restarts tell when the last one ended', () => {
    const main = [container(running, { ready: true, restartCount: 3, lastState: ended(1, 'Error') })]
    expect(podPrinter.cells(pod({ main }), nowMs)[3]).toBe('3 (5m ago)')
    expect(podPrinter.cells(pod({ main: [container(running)] }), nowMs)[3]).toBe('0')
  })
})

test.each([
  [0, '0s'],
  [119_999, '119s'],
  [120_000, '2m'],
  [270_000, '4m30s'],
  [600_000, '10m'],
  [10_799_000, '179m'],
  [10_800_000, '3h'],
  [12_000_000, '3h20m'],
  [28_800_000, '8h'],
  [172_800_000, '2d'],
  [273_600_000, '3d4h'],
  [691_200_000, '8d'],
  [-999, '0s'],
  [-2000, '<invalid>'],
])('%i ms is %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text)
})

test('no time is an unknown age', () => {
  expect(age(null, nowMs)).toBe('<unknown>')
})

describe('rows', () => {
  const registry = new Registry()
  const row = (group: string, resource: string, object: object): readonly unknown[] => {
    const def = registry.find({ group, version: 'v1', resource })
    if (def === undefined) throw new Error(resource)
    const stored = { apiVersion: '', kind: def.kind, metadata, ...object }
    const options = {
      apiVersion: 'meta.k8s.io/v1',
      include: 'Metadata',
      metadata: {},
      nowMs,
      columns: true,
    } as const
    const { rows, columnDefinitions } = table(def, [stored], options) as {
      rows: { cells: unknown[] }[]
      columnDefinitions: { name: string }[]
    }
    expect(rows[0]?.cells).toHaveLength(columnDefinitions.length)
    return rows[0]?.cells ?? []
  }

  test.each<[string, string, string, object, readonly unknown[]]>([
    [
      'a cordoned node',
      '',
      'nodes',
      {
        metadata: {
          ...metadata,
          labels: { 'node-role.kubernetes.io/control-plane': '', 'kubernetes.io/role': 'b' },
        },
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'Unknown' }],
          nodeInfo: { kubeletVersion: 'v1.31.9' },
        },
      },
      ['x', 'NotReady,SchedulingDisabled', 'b,control-plane', '30m', 'v1.31.9'],
    ],
    ['a node that never reported', '', 'nodes', { status: {} }, ['x', 'Unknown', '<none>', '30m', '']],
    [
      'a daemon set',
      'apps',
      'daemonsets',
      {
        spec: { template: { spec: { nodeSelector: { 'kubernetes.io/os': 'linux' } } } },
        status: {
          desiredNumberScheduled: 5,
          currentNumberScheduled: 5,
          numberReady: 4,
          updatedNumberScheduled: 5,
          numberAvailable: 4,
        },
      },
      ['x', 5, 5, 4, 5, 4, 'kubernetes.io/os=linux', '30m'],
    ],
    [
      'a deployment',
      'apps',
      'deployments',
      { spec: { replicas: 2 }, status: { readyReplicas: 1 } },
      ['x', '1/2', 0, 0, '30m'],
    ],
    [
      'an event that was counted',
      '',
      'events',
      {
        involvedObject: { kind: 'Pod', name: 'web' },
        reason: 'BackOff',
        type: 'Warning',
        message: 'm\n',
        count: 4,
        firstTimestamp: '2026-01-07T06:00:00Z',
        lastTimestamp: '2026-01-07T06:29:30Z',
        source: { component: 'kubelet', host: 'n1' },
      },
      ['30s', 'Warning', 'BackOff', 'pod/web', '', 'kubelet, n1', 'm', '30m', 4, 'x'],
    ],
    [
      'a service with a node port',
      '',
      'services',
      {
        spec: {
          type: 'NodePort',
          clusterIP: '10.96.0.7',
          ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }],
        },
      },
      ['x', 'NodePort', '10.96.0.7', '<none>', '80:30080/TCP', '30m', '<none>'],
    ],
    [
      'endpoints, more than three',
      '',
      'endpoints',
      { subsets: [{ addresses: [1, 2, 3, 4].map((n) => ({ ip: `10.0.0.${n}` })), ports: [{ port: 80 }] }] },
      ['x', '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...', '30m'],
    ],
    [
      'endpoints of which none is ready',
      '',
      'endpoints',
      { subsets: [{ notReadyAddresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] },
      ['x', '', '30m'],
    ],
    [
      'endpoints of a Service without ports',
      '',
      'endpoints',
      { subsets: [{ addresses: [{ ip: '10.0.0.1' }] }] },
      ['x', '10.0.0.1', '30m'],
    ],
    ['endpoints of nobody', '', 'endpoints', {}, ['x', '<none>', '30m']],
    [
      'a budget without a minimum',
      'policy',
      'poddisruptionbudgets',
      { spec: { maxUnavailable: 1 }, status: { disruptionsAllowed: 1 } },
      ['x', 'N/A', '1', 1, '30m'],
    ],
    [
      'an aggregated API that does not answer',
      'apiregistration.k8s.io',
      'apiservices',
      {
        spec: { service: { namespace: 'calico-apiserver', name: 'calico-api' } },
        status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] },
      },
      ['x', 'calico-apiserver/calico-api', 'False (MissingEndpoints)', '30m'],
    ],
    [
      'webhooks, counted',
      'admissionregistration.k8s.io',
      'validatingwebhookconfigurations',
      { webhooks: [{}, {}] },
      ['x', 2, '30m'],
    ],
    [
      'a quota, requests and limits apart',
      '',
      'resourcequotas',
      { status: { hard: { pods: '2', 'limits.cpu': '1' }, used: { pods: '1', 'limits.cpu': '500m' } } },
      ['x', '30m', 'pods: 1/2', 'limits.cpu: 500m/1'],
    ],
    ['a lease', 'coordination.k8s.io', 'leases', { spec: { holderIdentity: 'n1' } }, ['x', 'n1', '30m']],
    [
      'a type without a printer',
      'rbac.authorization.k8s.io',
      'clusterroles',
      {},
      ['x', '2026-01-07T06:00:00Z'],
    ],
  ])('%s', (_name, group, resource, object, cells) => {
    expect(row(group, resource, object).slice(0, cells.length)).toEqual(cells)
  })

  test('a custom resource shows the columns of its definition, and its age when there are none', () => {
    const pool = {
      apiVersion: '',
      kind: 'IPPool',
      metadata,
      spec: { cidr: '10.0.0.0/8', sizes: [1], on: true, empty: null },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    }
    const shown = customPrinter([
      { name: 'CIDR', type: 'string', jsonPath: '.spec.cidr' },
      { name: 'First', type: 'integer', jsonPath: '.spec.sizes[0]' },
      { name: 'On', type: 'boolean', jsonPath: '.spec.on' },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
      { name: 'None', type: 'string', jsonPath: '.spec.none' },
      { name: 'Null', type: 'string', jsonPath: '.spec.empty' },
      { name: 'No number', type: 'integer', jsonPath: '.spec.empty' },
    ])
    expect(shown.cells(pool, nowMs)).toEqual(['x', '10.0.0.0/8', 1, true, 'True', null, '<no value>', null])
    expect(customPrinter([]).cells(pool, nowMs)).toEqual(['x', '30m'])
  })
})
