import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allOf, countOf, type Few, hasOne, withOne, withoutOne } from '#base/few.ts'

test('holds what a set would, in the same order', () => {
  const things = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]
  const step = fc.record({ adds: fc.boolean(), thing: fc.constantFrom(...things) })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let few: Few<{ name: string }>
      const set = new Set<{ name: string }>()
      for (const { adds, thing } of steps) {
        few = adds ? withOne(few, thing) : withoutOne(few, thing)
        if (adds) set.add(thing)
        else set.delete(thing)
        expect(allOf(few)).toEqual([...set])
        expect(countOf(few)).toBe(set.size)
        expect(things.filter((each) => hasOne(few, each))).toEqual(things.filter((each) => set.has(each)))
      }
    }),
  )
})

test('has no set for nothing and for one thing', () => {
  const [one, other] = [{}, {}]
  expect(withOne(undefined, one)).toBe(one)
  expect(withoutOne(one, one)).toBeUndefined()
  expect(withoutOne(withoutOne(withOne(one, other), one), other)).toBeUndefined()
})
