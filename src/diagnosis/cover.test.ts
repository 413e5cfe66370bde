import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Candidate, cheapestCover } from '#diagnosis/cover.ts'

const candidate = (value: string, covers: readonly number[], price = 1): Candidate<string> => ({
  value,
  covers: new Set(covers),
  price,
})

const names = (chosen: readonly Candidate<string>[]): readonly string[] =>
  chosen.map(({ value }) => value).sort()

describe('cheapestCover', () => {
  test.each<[string, readonly Candidate<string>[], readonly string[]]>([
    ['nothing to cover', [], []],
    ['a candidate that covers nothing is not needed', [candidate('a', [])], []],
    [
      'one for all rather than one for each',
      [candidate('a', [1]), candidate('b', [2]), candidate('all', [1, 2])],
      ['all'],
    ],
    [
      'two cheap ones rather than a dear one',
      [candidate('dear', [1, 2], 9), candidate('a', [1]), candidate('b', [2])],
      ['a', 'b'],
    ],
    ['the earlier of two equals', [candidate('first', [1]), candidate('second', [1])], ['first']],
    [
      'the best set where taking the biggest first is not',
      [candidate('big', [1, 2, 3, 4]), candidate('odd', [1, 3, 5]), candidate('even', [2, 4, 6])],
      ['even', 'odd'],
    ],
  ])('%s', (_, candidates, expected) => {
    expect(names(cheapestCover(candidates))).toEqual(expected)
  })

  const anyCandidates = fc.array(
    fc.record({
      value: fc.string(),
      covers: fc.uniqueArray(fc.nat(6)).map((items) => new Set(items)),
      price: fc.integer({ min: 1, max: 9 }),
    }),
    { maxLength: 7 },
  )

  test('covers all that can be covered, and no subset of the candidates does it cheaper', () => {
    fc.assert(
      fc.property(anyCandidates, (candidates) => {
        const chosen = cheapestCover(candidates)
        const all = itemsOf(candidates)
        expect(itemsOf(chosen)).toEqual(all)
        const prices = subsets(candidates)
          .filter((subset) => itemsOf(subset).length === all.length)
          .map(priceOf)
        expect(priceOf(chosen)).toBe(Math.min(...prices))
      }),
    )
  })
})

const itemsOf = (candidates: readonly Candidate<string>[]): readonly number[] =>
  [...new Set(candidates.flatMap(({ covers }) => [...covers]))].sort()

const priceOf = (candidates: readonly Candidate<string>[]): number =>
  candidates.reduce((sum, { price }) => sum + price, 0)

/** Every subset, told by the bits of a number. */
const subsets = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: 2 ** all.length }, (_, bits) => all.filter((_, index) => (bits >> index) & 1))
