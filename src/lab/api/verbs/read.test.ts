import { expect, test } from 'vitest'
import { resources } from '#lab/api/ports.ts'
import { failure, podDraft, server, withPod } from '#lab/api/verbs/verbs-bench.ts'

test.each([
  ['a=b', ['1']],
  ['a==b,c', ['1']],
  ['a!=b', ['2', '3']],
  ['a in (b, x),!d', ['1', '2']],
  ['a notin (b)', ['2', '3']],
  ['!a', ['3']],
  ['c', ['1']],
])('labels: %s', async (labelSelector, expected) => {
  const { kube } = server()
  const labels = [{ a: 'b', c: '' }, { a: 'x' }, { d: 'e' }]
  for (const [index, each] of labels.entries())
    await kube.create(resources.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: String(index + 1), namespace: 'default', labels: each as Record<string, string> },
    })
  const { items } = await kube.list({ type: resources.configMaps, namespace: 'default', labelSelector })
  expect(items.map(({ metadata }) => metadata.name)).toEqual(expected)
})

test.each<[string, readonly string[] | number]>([
  ['spec.nodeName=n1', ['web']],
  ['spec.nodeName=', ['idle']],
  ['spec.nodeName!=n1', ['idle']],
  ['status.phase!=Failed,status.phase!=Succeeded', ['idle', 'web']],
  ['metadata.name=web', ['web']],
  ['metadata.namespace=kube-system', []],
  ['spec.foo=1', 400],
])('fields: %s', async (fieldSelector, expected) => {
  const { kube } = await withPod({ nodeName: 'n1' })
  await kube.create(resources.pods, podDraft({ metadata: { name: 'idle' } }))
  const listed = kube.list({ type: resources.pods, fieldSelector })
  if (typeof expected === 'number') expect((await failure(listed)).code).toBe(expected)
  else expect((await listed).items.map(({ metadata }) => metadata.name)).toEqual(expected)
})
