import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyOrder } from '#lab/api/key-order.ts'

test('keys are in order whenever one looks, however many have come and gone in between', () => {
  const key = fc.integer({ min: 0, max: 40 }).map((n) => `k${n}`)
  fc.assert(
    fc.property(fc.uniqueArray(key), fc.array(fc.oneof(key, fc.constant(undefined))), (first, steps) => {
      const there = new Set(first)
      const order = new KeyOrder(first)
      for (const step of [...steps, undefined])
        if (step === undefined) expect(order.keys).toEqual([...there].sort())
        else if (there.delete(step)) order.remove(step)
        else {
          there.add(step)
          order.add(step)
        }
    }),
  )
})
