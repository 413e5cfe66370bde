import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differing, listChange } from '#base/list-change.ts'

test('what has gone and come makes one list of the other, and is no longer than it must be', () => {
  const list = fc.array(fc.nat({ max: 4 }), { maxLength: 12 })
  fc.assert(
    fc.property(list, list, (before, after) => {
      const { from, gone, come } = listChange(before, after)
      expect(before.toSpliced(from, gone.length, ...come)).toEqual(after)
      if (gone.length > 0 && come.length > 0) {
        expect(gone[0]).not.toBe(come[0])
        expect(gone.at(-1)).not.toBe(come.at(-1))
      }
    }),
  )
})

test('of what lies between two changes only what is in one of the lists differs', () => {
  const [a, b, c, d] = [{}, {}, {}, {}]
  expect(differing([a, b, c], [d, b])).toEqual({ gone: [a, c], come: [d] })
  expect(differing([a, b], [a, c, b])).toEqual({ gone: [], come: [c] })
  const { gone, come } = differing([a, b, c], [d, b, a])
  expect([gone.includes(b), come.includes(b), come.includes(a)]).toEqual([false, false, false])
})
