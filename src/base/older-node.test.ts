import { describe, expect, test } from 'vitest'
import { groupBy, helpers } from '#base/older-node.ts'

const words = ['b', 'aa', 'c', 'aaa', 'dd']
const byLength = (word: unknown): number => String(word).length

describe('what older Node.js lacks does what newer has', () => {
  test('Map.groupBy', () => {
    expect([...groupBy(words, byLength)]).toEqual([...Map.groupBy(words, byLength)])
  })

  test.each([
    ['map', (word: unknown, index: number) => `${index}${word}`],
    ['filter', (word: unknown, index: number) => index > 0 && byLength(word) > 1],
    ['flatMap', (word: unknown) => [word, word]],
    ['take', 2],
    ['take', 0],
    ['drop', 3],
    ['some', (word: unknown) => word === 'c'],
    ['some', () => false],
    ['every', (word: unknown) => byLength(word) > 0],
    ['every', (_: unknown, index: number) => index < 2],
    ['find', (word: unknown) => byLength(word) === 2],
    ['find', () => false],
    ['toArray', undefined],
  ] as const)('%s', (name, argument) => {
    const own = (helpers[name] as (items: unknown, argument: unknown) => unknown)(words.values(), argument)
    const native = (words.values()[name] as (argument: unknown) => unknown).call(words.values(), argument)
    expect(listed(own)).toEqual(listed(native))
  })

  test('a helper is lazy: it asks for no more than is taken', () => {
    let asked = 0
    const counted = (function* () {
      for (const word of words) {
        asked++
        yield word
      }
    })()
    expect([...helpers.take(counted, 2)]).toEqual(['b', 'aa'])
    expect(asked).toBe(2)
  })
})

const listed = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && Symbol.iterator in value
    ? [...(value as Iterable<unknown>)]
    : value
