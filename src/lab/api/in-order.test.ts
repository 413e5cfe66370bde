import { expect, test } from 'vitest'
import { inOrder } from '#lab/api/in-order.ts'
import type { SeenChanges } from '#lab/api/wire.ts'

const seen = (id: number, ...revisions: readonly number[]): SeenChanges => ({
  id,
  changes: revisions.map((revision) => ({
    type: 'MODIFIED',
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', uid: 'a', resourceVersion: `${revision}`, creationTimestamp: '' },
    },
  })),
})

const told = (frame: readonly SeenChanges[], together: readonly number[]): readonly string[] =>
  inOrder(frame, (id) => together.includes(id)).map(
    ({ id, changes }) => `w${id} ${changes.map(({ object }) => object.metadata.resourceVersion).join(' ')}`,
  )

test('what several watches tell is told in the order in which it happened', () => {
  expect(told([seen(1, 5, 7), seen(2, 6)], [])).toEqual(['w1 5', 'w2 6', 'w1 7'])
})

test('who takes it together gets the list itself, after the others', () => {
  const frame = [seen(1, 5, 7), seen(2, 6, 8)]
  expect(told(frame, [1])).toEqual(['w2 6', 'w2 8', 'w1 5 7'])
  expect(inOrder(frame, (id) => id === 1).at(-1)).toBe(frame[0])
  expect(told(frame, [1, 2])).toEqual(['w1 5 7', 'w2 6 8'])
})
