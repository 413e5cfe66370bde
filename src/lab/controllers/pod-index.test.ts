import { expect, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import { PodIndex } from '#lab/controllers/pod-index.ts'

const pod = (nodeName?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 'web',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: { ...(nodeName === undefined ? {} : { nodeName }), containers: [{ name: 'main', image: 'web:1' }] },
  status: { phase: 'Running' },
})

test('a pod is left when its node is gone, from when it was bound to it until it is gone, too', () => {
  const index = new PodIndex()
  const nodes = new Set(['n1'])
  const someLeft = (): boolean => index.someLeft((node) => nodes.has(node))
  index.apply({ type: 'ADDED', object: pod() })
  expect(someLeft()).toBe(false)
  index.apply({ type: 'MODIFIED', object: pod('n1'), previous: pod() })
  expect(someLeft()).toBe(false)
  nodes.delete('n1')
  expect(someLeft()).toBe(true)
  index.apply({ type: 'DELETED', object: pod('n1'), previous: pod('n1') })
  expect(someLeft()).toBe(false)
})
