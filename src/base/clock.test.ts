import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rfc3339Micro, utc } from '#base/clock.ts'

test('the parts of a moment are those of its date, whatever was asked before', () => {
  const moment = fc.double({ min: 0, max: 4e12, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(fc.oneof(moment, fc.constantFrom(59_999.9375, 60_000, 86_400_000)), { minLength: 2 }),
      (all) => {
        for (const ms of all) {
          const iso = new Date(ms).toISOString()
          const { date, time, day } = utc(ms)
          expect(`${date}T${time}Z`).toBe(iso)
          expect(day).toBe(Number(iso.slice(8, 10)))
          expect(rfc3339Micro(ms)).toBe(iso.replace('Z', '000Z'))
        }
      },
    ),
  )
})

test('days and months have their names', () => {
  expect(utc(Date.UTC(2026, 0, 7, 6, 30))).toMatchObject({
    weekday: 'Wed',
    month: 'Jan',
    time: '06:30:00.000',
  })
})
