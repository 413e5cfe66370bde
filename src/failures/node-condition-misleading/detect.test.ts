import { describe, expect, test } from 'vitest'
import type { ConditionRow, NodeRow, PodRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/node-condition-misleading/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const day = 'Tue, 04 Mar 2025 05:06:07 +0000'
const line = (status: string, reason: string, message: string): string =>
  `  NetworkUnavailable   ${status.padEnd(5)}   ${day}   ${day}   ${reason}   ${message}`
const conditions = (...lines: readonly string[]): string =>
  [
    'Conditions:',
    '  Type                 Status  LastHeartbeatTime                 LastTransitionTime                Reason                       Message',
    '  ----                 ------  -----------------                 ------------------                ------                       -------',
    ...lines,
    `  Ready                True    ${day}   ${day}   KubeletReady   kubelet is posting ready status`,
  ].join('\n')
const up = line('False', 'CalicoIsUp', 'Calico is running on this node')
const noRoute = line('True', 'NoRouteCreated', 'RouteController failed to create a route')
const pod = (ready: string): string =>
  `\n\n$ kubectl get pods -n kube-system\nNAME                READY   STATUS    RESTARTS   AGE\ncalico-node-q7w2z   ${ready}     Running   0          4d\n`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['True while calico-node is Ready', conditions(noRoute) + pod('1/1'), 'confirmed'],
    [
      'stuck at what a shutdown wrote, and calico-node is Ready again',
      conditions(line('True', 'CalicoIsDown', 'Calico is shutting down on this node')) + pod('1/1'),
      'confirmed',
    ],
    ['the cloud waits for a route', conditions(noRoute), 'likely'],
    ['told in words', 'calico-node is ready there and the node still has NetworkUnavailable.', 'likely'],
    ['bare, as people shorten it', 'NetworkUnavailable   True   (never cleared)', 'possible'],
    [
      'calico-node could not write it',
      '2025-03-04 05:06:07.890 [WARNING][9] startup/utils.go 100: Failed to set NetworkUnavailable; will retry error=timed out patching node',
      'confirmed',
    ],
    [
      'False beside a BIRD that cannot listen',
      `${conditions(up)}\nbird: Mesh_10_7_4_22: Socket error: bind: Address in use`,
      'likely',
    ],
    [
      'False beside sessions that are down',
      `${conditions(up)}\n\nReadiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.7.4.22`,
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['False, and nothing is wrong', conditions(up)],
    ['False, and calico-node is Ready', conditions(up) + pod('1/1')],
    [
      'True because calico-node is not ready',
      conditions(line('True', 'CalicoIsDown', 'Calico is shutting down on this node')) + pod('0/1'),
    ],
    ['no such condition', conditions()],
    [
      'another condition',
      conditions(
        `  MemoryPressure   True   ${day}   ${day}   KubeletHasInsufficientMemory   kubelet has insufficient memory available`,
      ),
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

const condition = (status: ConditionRow['status'], reason: string): NodeRow => ({
  name: 'w1',
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: [{ type: 'NetworkUnavailable', status, reason }],
})
const calico = (ready: boolean): PodRow => ({
  namespace: 'kube-system',
  name: 'calico-node-a',
  component: 'calico-node',
  node: 'w1',
  ready,
  containers: [],
})

describe('by facts of a live cluster', () => {
  test.each<[string, Table, boolean]>([
    ['True and Ready', { nodes: [condition('True', 'NoRouteCreated')], pods: [calico(true)] }, true],
    [
      'False and not ready: the condition is nobody’s question',
      { nodes: [condition('False', 'CalicoIsUp')], pods: [calico(false)] },
      false,
    ],
    [
      'NoRouteCreated where kubelet is silent: that the pod is not ready is the node controller’s word',
      {
        nodes: [
          {
            ...condition('True', 'NoRouteCreated'),
            conditions: [
              ...condition('True', 'NoRouteCreated').conditions,
              { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' },
            ],
          },
        ],
        pods: [calico(false)],
      },
      true,
    ],
    ['False and Ready', { nodes: [condition('False', 'CalicoIsUp')], pods: [calico(true)] }, false],
  ])('%s', (_, table, expected) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    expect(causes.length + preventive.length > 0).toBe(expected)
  })
})

test.each<[string, number]>([
  ['NoRouteCreated', 1],
  ['CalicoIsDown', 0],
])('while calico-node is not Ready, a node with the condition %s: unknown %i', (reason, unknown) => {
  const facts = factsOf(
    { nodes: [condition('True', reason)], pods: [calico(false)] },
    { complete: ['nodes', 'pods'] },
  )
  expect(diagnose(facts, [mode]).unknown).toHaveLength(unknown)
})
