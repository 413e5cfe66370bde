import { describe, expect, test } from 'vitest'
import type { AttemptRow, EventRow, PodRow } from '#cluster/relations.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/worker-needs-reload/index.ts'

const pod = (node: string, ready: boolean, ageMinutes = 50_000): PodRow => ({
  namespace: 'kube-system',
  name: `calico-node-${node}`,
  node,
  component: 'calico-node',
  status: 'Running',
  ready,
  containers: [],
  createdAtMs: ago(ageMinutes),
})
const oneSick = [pod('w1', true), pod('w2', true), pod('w3', false, 20)]
const allSick = ['w1', 'w2', 'w3'].map((name) => pod(name, false))
const failing = (name: string, node: string): PodRow => ({
  namespace: 'shop',
  name: `${name}-${node}`,
  node,
  ready: false,
  containers: [],
})
const tried = (act: AttemptRow['act'], outcome: AttemptRow['outcome'], node = 'w3'): AttemptRow => ({
  act,
  outcome,
  node,
})
const newPod = tried('delete-calico-pod', 'no-change')
const reboot = tried('reboot', 'no-change')

const rebooted: EventRow = {
  about: { kind: 'Node', name: 'w3' },
  type: 'Warning',
  reason: 'Rebooted',
  message: 'Node w3 has been rebooted',
  count: 1,
  lastAtMs: ago(20),
}

const verdictOn = (table: Table): string => {
  const { causes } = diagnose({ ...factsOf(table), isComplaint: true }, [mode])
  return causes[0]?.confidence ?? 'not found'
}

test.each<[string, Table, string]>([
  [
    'new pod and reboot changed nothing on the one sick worker',
    { pods: oneSick, attempts: [newPod, reboot] },
    'confirmed',
  ],
  ['the same where no pods were shown', { attempts: [newPod, reboot] }, 'likely'],
  ['a reload cured it', { attempts: [tried('reload-worker', 'cured')] }, 'likely'],
  [
    'the record holds a reboot, and calico-node there is not ready',
    {
      pods: oneSick,
      events: [rebooted],
    },
    'likely',
  ],
  [
    'the record holds a reboot, the kernel gives no control groups since, and half of the others are sick, too',
    {
      pods: allSick,
      events: [rebooted],
      messages: [
        {
          message: {
            id: 'kubelet/pod-cgroup-failed',
            params: { error: 'failed to create container for [kubepods]: no space left on device' },
          },
          node: 'w3',
          count: 4,
          atMs: ago(1),
        },
      ],
    },
    'likely',
  ],
])('found: %s', (_, table, expected) => {
  expect(verdictOn(table)).toBe(expected)
})

describe('near misses', () => {
  test.each<[string, Table]>([
    ['only a new pod was tried', { pods: oneSick, attempts: [newPod] }],
    ['a reboot cured it', { pods: oneSick, attempts: [newPod, tried('reboot', 'cured')] }],
    [
      'rebooted, and well since',
      {
        pods: [pod('w1', true), pod('w2', true), pod('w3', true)],
        events: [
          {
            about: { kind: 'Node', name: 'w3' },
            type: 'Warning',
            reason: 'Rebooted',
            message: 'Node w3 has been rebooted',
            count: 1,
            lastAtMs: ago(20),
          },
        ],
      },
    ],
    ['all workers are sick alike', { pods: allSick }],
    [
      'rebooted and not ready, and pods of the others fail, too',
      {
        pods: [...oneSick, ...['w1', 'w2'].flatMap((node) => ['a', 'b'].map((name) => failing(name, node)))],
        events: [rebooted],
      },
    ],
  ])('%s', (_, table) => {
    expect(verdictOn(table)).toBe('not found')
  })
})
