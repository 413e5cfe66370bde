import { expect, test } from 'vitest'
import { remembering } from '#base/remember.ts'

const counted = (max?: number) => {
  const computed: string[] = []
  const length = remembering(
    (text) => {
      computed.push(text)
      return { length: text.length }
    },
    max === undefined ? {} : { max },
  )
  return { computed, length }
}

test('what was seen is not computed again: the very same result comes back', () => {
  const { computed, length } = counted()
  expect(length('abc')).toBe(length('abc'))
  expect(computed).toEqual(['abc'])
})

test('texts that differ in one character are different texts', () => {
  const { computed, length } = counted()
  expect(length('abc')).not.toBe(length('abd'))
  expect(computed).toEqual(['abc', 'abd'])
})

test('a full memory forgets everything, and goes on', () => {
  const { computed, length } = counted(2)
  for (const text of ['a', 'b', 'a', 'c', 'c', 'a']) length(text)
  expect(computed).toEqual(['a', 'b', 'c', 'a'])
})
