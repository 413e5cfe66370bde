import { describe, expect, test } from 'vitest'
import { likenessIndex } from '#diagnosis/likeness.ts'

const index = likenessIndex([
  {
    id: 'table-full',
    text: 'The connection tracking table is full; packets are dropped; new flows fail on the node.',
  },
  { id: 'no-pool', text: 'No pool is enabled; pods get no address; new pods wait on the node.' },
  { id: 'wrong-clock', text: 'The clock of the node is wrong; tokens are refused.' },
])

const first = (text: string): string | undefined => [...index.of(text).keys()][0]

describe('a text is likest to the page that shares its rare words', () => {
  test.each([
    ['kernel: table full, packets dropped', 'table-full'],
    ['pods are stuck: no address from the pool', 'no-pool'],
    ['token refused, clock skew', 'wrong-clock'],
  ])('%s', (text, expected) => {
    expect(first(text)).toBe(expected)
  })
})

test('words that stand on every page say little', () => {
  const scores = index.of('the node is')
  expect(Math.max(...scores.values())).toBeLessThan(0.5)
})

test('nothing in common is no likeness; a page is wholly like itself', () => {
  expect(index.of('zebra crossing').size).toBe(0)
  expect(index.of('The clock of the node is wrong; tokens are refused.').get('wrong-clock')).toBeCloseTo(1)
})
