import { expect, test } from 'vitest'
import { share } from '#lab/api/json.ts'

test('what is equal is taken from the old version, what is not is new, and keys without a value are none', () => {
  const old = { a: { x: [1, 2] }, b: 1 }
  expect(share(old, { b: 1, a: { x: [1, 2] }, c: undefined })).toBe(old)
  const next = share(old, { a: { x: [1, 2] }, b: 2 })
  expect(next).toEqual({ a: { x: [1, 2] }, b: 2 })
  expect(next.a).toBe(old.a)
  expect(share([1, 2], [1, 2, 3])).toEqual([1, 2, 3])
})

test('a key may be called as the prototype is', () => {
  const sent = JSON.parse('{"__proto__":{"x":1}}') as object
  expect(JSON.stringify(share({ y: 1 }, sent))).toBe('{"__proto__":{"x":1}}')
})

test('what has moved up where an item was taken out stays the value that it was', () => {
  const [a, b, c] = [{ x: 1 }, { x: 2 }, { x: 3 }]
  const next = share([a, b, c], [a, c])
  expect(next).toEqual([{ x: 1 }, { x: 3 }])
  expect(next[1]).toBe(c)
})
