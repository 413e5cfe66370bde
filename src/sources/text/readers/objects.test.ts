import { describe, expect, test } from 'vitest'
import { nodeSubject } from '#cluster/subjects.ts'
import { read, rows } from '#sources/text/readers/testing.ts'

describe('objects', () => {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'k8s-worker-03' },
    spec: {},
    status: {
      conditions: [
        {
          type: 'Ready',
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
        },
      ],
    },
  }

  test.each([
    ['JSON', JSON.stringify(node, null, 2)],
    ['JSON on one line', JSON.stringify(node)],
    ['a list as JSON', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [node] }, null, 2)],
    [
      'YAML',
      `apiVersion: v1
kind: Node
metadata:
  name: k8s-worker-03
status:
  conditions:
  - type: Ready
    status: "Unknown"
    reason: NodeStatusUnknown
    message: Kubelet stopped posting node status.`,
    ],
  ])('a Node as %s', (_, text) => {
    const { facts } = read(text)
    expect(facts.rows('nodes')).toMatchObject([
      { name: 'k8s-worker-03', conditions: [{ status: 'Unknown' }] },
    ])
    expect(facts.rows('messages')).toMatchObject([{ message: { id: 'kubelet/stopped-posting-status' } }])
    expect(facts.coverage('nodes', nodeSubject('k8s-worker-03'))).toEqual({ kind: 'complete' })
  })

  test('a fragment: conditions without their node', () => {
    const text = `  conditions:
  - lastHeartbeatTime: "2026-01-07T06:51:00Z"
    lastTransitionTime: "2026-01-07T06:52:00Z"
    message: Kubelet stopped posting node status.
    reason: NodeStatusUnknown
    status: Unknown
    type: Ready`
    expect(rows(text, 'nodes', 'k8s-worker-03')).toMatchObject([
      { name: 'k8s-worker-03', conditions: [{ type: 'Ready', status: 'Unknown' }] },
    ])
  })

  test('a Pod: credentials of the container, and what it waits for', () => {
    const text = `apiVersion: v1
kind: Pod
metadata:
  name: calico-node-x7k2p
  namespace: kube-system
  labels:
    k8s-app: calico-node
spec:
  nodeName: k8s-worker-03
  containers:
  - name: calico-node
    securityContext:
      runAsUser: 10001
      runAsGroup: 0
status:
  containerStatuses:
  - name: calico-node
    ready: false
    restartCount: 7
    state:
      waiting:
        reason: CrashLoopBackOff
        message: back-off 5m0s restarting failed container=calico-node pod=calico-node-x7k2p_kube-system(0b1e)`
    expect(rows(text, 'pods')).toMatchObject([
      {
        node: 'k8s-worker-03',
        component: 'calico-node',
        containers: [{ runAsUser: 10001, runAsGroup: 0, restarts: 7 }],
      },
    ])
    expect(rows(text, 'messages')).toMatchObject([{ message: { id: 'kubelet/back-off-restarting' } }])
  })

  test.each([
    ['a list of an application’s variables', '- name: DATABASE_URL\n  value: "postgres://db"'],
    [
      'conditions of a Deployment',
      'conditions:\n- type: Available\n  status: "False"\n  reason: MinimumReplicasUnavailable',
    ],
    ['broken YAML', 'kind: Node\nmetadata: [\n  name: "x\n status: }'],
    ['JSON cut in the middle', '{\n  "kind": "Node",\n  "metadata": {\n    "name": "k8s-wor'],
  ])('near miss: %s', (_, text) => {
    const { facts, pieces } = read(text)
    expect(facts.rows('nodes')).toEqual([])
    expect(pieces.reduce((sum, piece) => sum + piece.notUnderstood, 0)).toBeGreaterThan(0)
  })
})
