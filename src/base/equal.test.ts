import fc from 'fast-check'
import { expect, test } from 'vitest'
import { equal } from '#base/equal.ts'

test.each([
  ['a list is no object with the same keys', [1], { 0: 1 }, false],
  ['a longer list', [1, 2], [1], false],
  ['a key more on either side', { a: 1 }, { a: 1, b: null }, false],
  ['null is a value', { a: null }, {}, false],
  ['a key without a value counts as missing', { a: 1, b: undefined }, { a: 1 }, true],
  ['the order of keys does not matter', { a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }, true],
] as const)('%s', (_, a, b, same) => {
  expect(equal(a, b)).toBe(same)
  expect(equal(b, a)).toBe(same)
})

test('says of any two values what their JSON says', () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((each) => JSON.parse(JSON.stringify(each)) as unknown)
  const ordered = (v: unknown): string =>
    JSON.stringify(v, (_, part) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part as object).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    )
  fc.assert(fc.property(value, value, (a, b) => equal(a, b) === (ordered(a) === ordered(b))))
  fc.assert(fc.property(value, (a) => equal(a, structuredClone(a))))
})
