import { describe, expect, test } from 'vitest'
import { podStatus } from '#sources/formats/objects/pod-status.ts'
import { podRow } from '#sources/formats/objects/pods.ts'
import { podShape } from '#sources/formats/shapes.ts'
import { calicoNodePod } from '#sources/live/testing/objects.ts'

interface Parts {
  readonly phase?: string
  readonly reason?: string
  readonly deleted?: boolean
  readonly conditions?: readonly { type: string; status: string }[]
  readonly init?: readonly object[]
  readonly main?: readonly object[]
}

function pod({ phase = 'Running', reason, deleted, conditions = [], init = [], main = [] }: Parts) {
  return podShape.parse({
    metadata: {
      name: 'p',
      namespace: 'x',
      ...(deleted === true ? { deletionTimestamp: '2026-01-08T06:00:00Z' } : {}),
    },
    spec: {
      initContainers: init.map((_, index) => ({ name: `i${index}` })),
      containers: main.map((_, index) => ({ name: `c${index}` })),
    },
    status: {
      phase,
      reason,
      conditions,
      initContainerStatuses: init.map((status, index) => ({ name: `i${index}`, ...status })),
      containerStatuses: main.map((status, index) => ({ name: `c${index}`, ...status })),
    },
  })
}

const waiting = (reason?: string) => ({ state: { waiting: reason === undefined ? {} : { reason } } })
const terminated = (exitCode: number, reason?: string, signal?: number) => ({
  state: { terminated: { exitCode, reason, signal } },
})
const running = { ready: true, state: { running: {} } }

describe('STATUS as kubectl prints it', () => {
  test.each([
    ['running', pod({ main: [running] }), 'Running'],
    ['not ready is still Running', pod({ main: [{ ...running, ready: false }] }), 'Running'],
    ['crash loop', pod({ main: [waiting('CrashLoopBackOff')] }), 'CrashLoopBackOff'],
    [
      'the first container’s word counts',
      pod({ main: [waiting('CrashLoopBackOff'), waiting('ErrImagePull')] }),
      'CrashLoopBackOff',
    ],
    ['just crashed', pod({ main: [terminated(1, 'Error')] }), 'Error'],
    ['killed without a reason', pod({ main: [terminated(137, undefined, 9)] }), 'Signal:9'],
    [
      'init containers to do',
      pod({
        phase: 'Pending',
        init: [waiting('PodInitializing'), waiting('PodInitializing')],
        main: [waiting('PodInitializing')],
      }),
      'Init:0/2',
    ],
    [
      'second init container at work',
      pod({ phase: 'Pending', init: [terminated(0, 'Completed'), { state: { running: {} } }] }),
      'Init:1/2',
    ],
    ['init container failed', pod({ phase: 'Pending', init: [terminated(1, 'Error')] }), 'Init:Error'],
    [
      'init container in back-off',
      pod({ phase: 'Pending', init: [waiting('CrashLoopBackOff')] }),
      'Init:CrashLoopBackOff',
    ],
    ['init failed with a code only', pod({ phase: 'Pending', init: [terminated(2)] }), 'Init:ExitCode:2'],
    ['deleted', pod({ deleted: true, main: [running] }), 'Terminating'],
    ['deleted on a lost node', pod({ deleted: true, reason: 'NodeLost' }), 'Unknown'],
    ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted'],
    [
      'completed beside a running one',
      pod({ conditions: [{ type: 'Ready', status: 'True' }], main: [terminated(0, 'Completed'), running] }),
      'Running',
    ],
    ['pending without containers', pod({ phase: 'Pending' }), 'Pending'],
  ])('%s', (_, object, expected) => expect(podStatus(object)).toBe(expected))
})

test('the container’s own security context wins over the pod’s', () => {
  const row = podRow(
    podShape.parse({
      metadata: { name: 'p', namespace: 'x' },
      spec: {
        securityContext: { runAsUser: 1, runAsGroup: 2 },
        containers: [{ name: 'c', securityContext: { runAsUser: 10001, privileged: false } }],
      },
    }),
  )
  expect(row.containers[0]).toMatchObject({ runAsUser: 10001, runAsGroup: 2, privileged: false })
  expect(row).not.toHaveProperty('ready')
})

test('a crash-looping calico-node as a row', () => {
  const row = podRow(podShape.parse(calicoNodePod('calico-node-x', { node: 'n1', broken: true })))
  expect(row).toMatchObject({
    component: 'calico-node',
    node: 'n1',
    hostNetwork: true,
    status: 'CrashLoopBackOff',
    ready: false,
  })
  expect(row.containers).toMatchObject([
    { name: 'install-cni', init: true, state: 'terminated', reason: 'Completed' },
    {
      name: 'calico-node',
      init: false,
      state: 'waiting',
      reason: 'CrashLoopBackOff',
      restarts: 7,
      lastTermination: { exitCode: 137 },
    },
  ])
})

test.each<[string, object, string | undefined]>([
  ['a DaemonSet’s', { ownerReferences: [owner('apps/v1', 'DaemonSet')] }, 'DaemonSet/calico-node'],
  [
    'one of another kind of the same name',
    { ownerReferences: [owner('apps.kruise.io/v1alpha1', 'DaemonSet')] },
    'DaemonSet.apps.kruise.io/calico-node',
  ],
  ['nobody’s', { uid: 'u' }, 'none'],
  [
    'somebody’s who does not control it',
    { uid: 'u', ownerReferences: [{ ...owner('v1', 'ConfigMap'), controller: false }] },
    'none',
  ],
  ['a part of an object: nobody knows', {}, undefined],
])('whose a pod is: %s', (_, metadata, expected) => {
  expect(podRow(podShape.parse({ metadata: { name: 'p', ...metadata } })).owner).toBe(expected)
})

function owner(apiVersion: string, kind: string) {
  return { apiVersion, kind, name: 'calico-node', controller: true }
}
