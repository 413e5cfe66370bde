import { expect, test } from 'vitest'
import { rfc3339 } from '#base/clock.ts'
import { parseSchedule } from '#lab/api/admission/schedule.ts'
import { zoned } from '#lab/controllers/cron-zone.ts'

const next = (schedule: string, zone: string, from: string): string =>
  rfc3339(zoned(parseSchedule(schedule), zone).next(Date.parse(from)) ?? 0)

test.each([
  ['an hour ahead of UTC in winter', 'Europe/Berlin', '2026-01-07T06:00:00Z', '2026-01-08T01:30:00Z'],
  ['and two in summer', 'Europe/Berlin', '2026-07-07T06:00:00Z', '2026-07-08T00:30:00Z'],
  ['half an hour off', 'Asia/Kolkata', '2026-01-07T06:00:00Z', '2026-01-07T21:00:00Z'],
  ['behind UTC', 'America/New_York', '2026-01-07T06:00:00Z', '2026-01-07T07:30:00Z'],
  [
    'a time that the clocks leave out does not come',
    'Europe/Berlin',
    '2026-03-28T12:00:00Z',
    '2026-03-30T00:30:00Z',
  ],
  [
    'one that they show twice comes the first time',
    'Europe/Berlin',
    '2026-10-24T12:00:00Z',
    '2026-10-25T00:30:00Z',
  ],
])('half past two, %s', (_name, zone, from, to) => {
  expect(next('30 2 * * *', zone, from)).toBe(to)
})

test('a zone that there is not', () => {
  expect(() => next('30 2 * * *', 'Mars/Base', '2026-01-07T06:00:00Z')).toThrow(RangeError)
})
