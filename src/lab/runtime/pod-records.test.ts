import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PodRecords } from '#lab/runtime/pod-records.ts'

test('a pod has its records, newest first, as a search of all of them finds', () => {
  const step = fc.tuple(fc.boolean(), fc.nat({ max: 5 }))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const records = new PodRecords()
      for (const [isThere, number] of steps) {
        const id = `${number}`
        const wasThere = records.get(id) !== undefined
        if (!isThere) expect(records.delete(id)).toBe(wasThere)
        else if (!wasThere) records.add({ id, pod: { uid: `pod-${number % 2}` } })
      }
      for (const uid of ['pod-0', 'pod-1'])
        expect(records.newest(uid)).toEqual(records.newest().filter(({ pod }) => pod.uid === uid))
    }),
  )
})
