import { expect, test } from 'vitest'
import type { Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { server } from '#lab/api/verbs/verbs-bench.ts'

const notReady = { effect: 'NoSchedule', key: 'node.kubernetes.io/not-ready' } as const

test.each([
  ['has nothing', undefined, [notReady]],
  [
    'has another taint',
    [{ effect: 'NoSchedule', key: 'dedicated' }],
    [{ effect: 'NoSchedule', key: 'dedicated' }, notReady],
  ],
  ['has it already', [notReady], [notReady]],
] as const)('a new Node that %s takes no pods until it was seen ready', async (_, taints, expected) => {
  const { kube } = server()
  const spec = taints === undefined ? {} : { taints: [...taints] }
  const node = await kube.create<Node>(resources.nodes, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec,
    status: {},
  })
  expect(node.spec.taints).toEqual(expected)
})
