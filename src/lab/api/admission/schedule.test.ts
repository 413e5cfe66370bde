import { expect, test } from 'vitest'
import { rfc3339 } from '#base/clock.ts'
import { parseSchedule } from '#lab/api/admission/schedule.ts'

/** A Wednesday. */
const from = Date.parse('2026-01-07T06:30:20Z')

test.each([
  ['*/15 * * * *', '2026-01-07T06:45:00Z'],
  ['30 6 * * *', '2026-01-08T06:30:00Z'], // that minute has begun
  ['0 22 * * 1-5', '2026-01-07T22:00:00Z'],
  ['0 0 * * sun', '2026-01-11T00:00:00Z'],
  ['5 4 29 feb *', '2028-02-29T04:05:00Z'],
  ['0 12 13 * 5', '2026-01-09T12:00:00Z'], // the 13th, or any Friday
  ['0 12 */2 * 5', '2026-01-07T12:00:00Z'], // a step limits too: any odd day, or any Friday
  ['10-20/5 7 * * *', '2026-01-07T07:10:00Z'],
  ['@hourly', '2026-01-07T07:00:00Z'],
  ['@every 1h30m', '2026-01-07T08:00:20Z'],
])('%s comes next at %s', (schedule, next) => {
  expect(rfc3339(parseSchedule(schedule).next(from) ?? 0)).toBe(next)
})

test('a day that no month has never comes', () => {
  expect(parseSchedule('0 0 30 2 *').next(from)).toBeUndefined()
})

test.each([
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['61 * * * *', 'end of range (61) above maximum (59): 61'],
  ['5-2 * * * *', 'beginning of range (5) beyond end of range (2): 5-2'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@often', 'unrecognized descriptor: @often'],
])('%s is refused', (schedule, words) => {
  expect(() => parseSchedule(schedule)).toThrow(words)
})
