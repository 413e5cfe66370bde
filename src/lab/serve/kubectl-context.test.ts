import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ownContext } from '#lab/serve/kubectl-context.ts'

test('a project becomes the namespace of the current context, and nothing else changes', async () => {
  const text = `apiVersion: v1
current-context: b
contexts:
  - name: a
    context: { cluster: a, user: a }
  - name: b
    context: { cluster: b, user: b }
`
  let kept = ''
  const context = ownContext(text, async (changed) => {
    kept = changed
  })
  expect([context.name, context.namespace]).toEqual(['b', undefined])
  await context.use('shop')
  expect(ownContext(kept, async () => {}).namespace).toBe('shop')
  const { contexts, ...rest } = parse(kept)
  expect(rest).toEqual({ apiVersion: 'v1', 'current-context': 'b' })
  expect(contexts[0]).toEqual({ name: 'a', context: { cluster: 'a', user: 'a' } })
})
