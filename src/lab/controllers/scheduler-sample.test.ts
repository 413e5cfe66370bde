import { expect, test } from 'vitest'
import type { Node } from '#lab/api/objects.ts'
import { enoughNodes, NodeSample } from '#lab/controllers/scheduler-sample.ts'

test.each([
  [1, 1],
  [99, 99],
  [100, 100],
  [150, 100],
  [300, 144],
  [1000, 420],
  [5000, 500],
  [10_000, 500],
])('of %i nodes %i that fit are enough', (all, enough) => {
  expect(enoughNodes(all)).toBe(enough)
})

const nodes = Array.from({ length: 300 }, (_, i) => ({ metadata: { name: String(i) } }) as Node) // as much as is looked at
const named = (found: readonly Node[]): readonly number[] =>
  found.map(({ metadata }) => Number(metadata.name))

test('a search begins where the one before ended, which had enough', () => {
  const sample = new NodeSample()
  expect(named(sample.find(nodes, () => true))).toEqual(Array.from({ length: 144 }, (_, i) => i))
  expect(named(sample.find(nodes, () => true)).at(0)).toBe(144)
  expect(named(sample.find(nodes, () => true)).at(0)).toBe(288)
})

test('the one node that fits is found wherever a search begins', () => {
  const sample = new NodeSample()
  for (let i = 0; i < 3; i++) {
    expect(named(sample.find(nodes, ({ metadata }) => metadata.name === '7'))).toEqual([7])
    sample.find(nodes, () => true)
  }
})
