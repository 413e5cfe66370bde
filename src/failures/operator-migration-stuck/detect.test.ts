import { describe, expect, test } from 'vitest'
import type { PodRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/operator-migration-stuck/index.ts'
import { node as nodeNamed } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const operator = (msg: string, error: string) =>
  `{"level":"error","ts":"2025-03-04T05:06:07Z","logger":"controller_installation","msg":"${msg}","Request.Namespace":"","Request.Name":"default","error":"${error}"}`
const sets = (old: string, own: string) =>
  `NAMESPACE       NAME          DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR                                            AGE\ncalico-system   calico-node   ${own}   kubernetes.io/os=linux   9m\nkube-system     calico-node   ${old}   projectcalico.org/operator-node-migration=pre-operator   9d\n`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'the label, as people tell of it',
      'Every node keeps the label projectcalico.org/operator-node-migration=pre-operator for days now.',
      'likely',
    ],
    [
      'the old pods do not get ready',
      operator(
        'error migrating resources to calico-system',
        'the kube-system node DaemonSet is not ready with the updated nodeSelector: not all pods are ready yet: 6/7',
      ),
      'confirmed',
    ],
    [
      'it does not get through the nodes',
      operator(
        'error migrating resources to calico-system',
        'failed to migrate all nodes: Error migrating node w7: timed out',
      ),
      'confirmed',
    ],
    [
      'no room for two sets of Typhas',
      'unable to ensure room for enough typhas: not enough nodes',
      'confirmed',
    ],
    [
      'the old installation cannot be taken over',
      operator(
        'Existing Calico installation can not be managed by Tigera Operator as it is configured in a way that Operator does not currently support. Please update your existing Calico install config',
        'detected existing canal installation',
      ),
      'confirmed',
    ],
    [
      'two DaemonSets, and the old one is not complete',
      sets(
        '4         4         3       4            3          ',
        '3         3         3       3            3          ',
      ),
      'likely',
    ],
    [
      'a label alone',
      'Name:               w7\nRoles:              <none>\nLabels:             kubernetes.io/os=linux\n                    projectcalico.org/operator-node-migration=pre-operator\nAnnotations:        <none>\nTaints:             <none>\nUnschedulable:      false\n',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['the label is gone', 'The label projectcalico.org/operator-node-migration was removed from all nodes.'],
    [
      'the move is done',
      `${operator('error migrating resources to calico-system', 'failed to migrate all nodes: later')}\n{"level":"info","ts":"2025-03-04T05:07:07Z","logger":"controller_installation","msg":"Namespace migration complete"}`,
    ],
    [
      'one DaemonSet',
      'NAMESPACE       NAME          DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR            AGE\ncalico-system   calico-node   4         4         3       4            3           kubernetes.io/os=linux   9d\n',
    ],
    [
      'two DaemonSets, all ready: the move goes on',
      sets(
        '0         0         0       0            0          ',
        '7         7         7       7            7          ',
      ).replace('projectcalico.org/operator-node-migration=pre-operator', 'kubernetes.io/os=linux'),
    ],
    [
      'the operator is refused something else',
      operator('Error creating / updating resource', 'admission webhook \\"x\\" denied the request: no'),
    ],
    [
      'another DaemonSet in both namespaces',
      'NAMESPACE       NAME          DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR            AGE\ncalico-system   csi-node-driver   4         4         3       4            3           kubernetes.io/os=linux   9d\nkube-system   csi-node-driver   4         4         3       4            3           kubernetes.io/os=linux   9d\n',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const node = (name: string, stage?: string) => ({
    name,
    unschedulable: false,
    conditions: [{ type: 'Ready', status: 'True' as const }],
    taints: [],
    labels: stage === undefined ? {} : { 'projectcalico.org/operator-node-migration': stage },
  })
  const pod = (namespace: string, name: string, on: string, ready: boolean) => ({
    namespace,
    name,
    node: on,
    ready,
    component: 'calico-node' as const,
    containers: [],
  })
  const moving: Table = { nodes: [node('w1', 'migrated'), node('w2', 'pre-operator')] }
  test.each<[string, Table, string | undefined]>([
    [
      'a node waits, and calico-node is not ready',
      {
        ...moving,
        pods: [
          pod('calico-system', 'calico-node-a', 'w1', false),
          pod('kube-system', 'calico-node-b', 'w2', true),
        ],
      },
      'confirmed',
    ],
    [
      'the pod that it waits for says what it is refused: that comes first',
      {
        ...moving,
        pods: [
          pod('calico-system', 'calico-node-a', 'w1', false),
          pod('kube-system', 'calico-node-b', 'w2', true),
        ],
        messages: [
          {
            message: { id: 'api/forbidden', params: { resource: 'secrets' } },
            count: 1,
            pod: { namespace: 'calico-system', name: 'calico-node-a' },
          },
        ],
      },
      'likely',
    ],
    [
      'calico-node is not ready, no node is in a move',
      { nodes: [node('w1'), node('w2')], pods: [pod('calico-system', 'calico-node-a', 'w1', false)] },
      undefined,
    ],
    [
      'nodes wait, and nothing is wrong: the move goes on',
      {
        ...moving,
        pods: [
          pod('calico-system', 'calico-node-a', 'w1', true),
          pod('kube-system', 'calico-node-b', 'w2', true),
        ],
      },
      undefined,
    ],
    [
      'the error names a missing right',
      {
        messages: [
          {
            message: {
              id: 'operator/migration-failed',
              params: {},
              inner: [{ id: 'api/forbidden', params: {} }],
            },
            count: 1,
          },
        ],
      },
      'likely',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})

test.each<[string, Partial<PodRow>, number]>([
  ['runs', { ready: true }, 0],
  ['waits for a node that is gone', { ready: false, phase: 'Pending' }, 1],
  ['runs where the API server is out of reach', { ready: true, node: 'w2' }, 1],
])('whether the move is clear while the operator %s', (_, operator, unknown) => {
  const pods = [
    {
      namespace: 'tigera-operator',
      name: 'tigera-operator-a',
      node: 'w1',
      component: 'tigera-operator' as const,
      containers: [],
      ...operator,
    },
  ]
  const messages = [
    {
      message: { id: 'dial/timeout', params: { address: '10.96.0.1', port: '443' } },
      node: 'w2',
      count: 1,
    },
  ]
  const facts = factsOf(
    { nodes: [nodeNamed('w1'), nodeNamed('w2')], pods, messages },
    { complete: ['nodes', 'daemonSets', 'pods', 'messages'] },
  )
  expect(diagnose(facts, [mode]).unknown).toHaveLength(unknown)
})
