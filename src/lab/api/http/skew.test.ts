import { expect, test } from 'vitest'
import { shiftJson, shiftLog, steadySkew } from '#lab/api/http/skew.ts'

test.each([
  ['whole seconds', '{"t":"2026-01-07T06:00:00Z"}', -3_600_000, '{"t":"2026-01-07T05:00:00Z"}'],
  [
    'fractions as they are written',
    '"2026-01-07T06:00:00.123456Z"',
    86_400_000,
    '"2026-01-08T06:00:00.123456Z"',
  ],
  ['by whole seconds', '"2026-01-07T06:00:00Z"', 1499, '"2026-01-07T06:00:01Z"'],
  ['nothing for half a second or less', '"2026-01-07T06:00:00Z"', 499, '"2026-01-07T06:00:00Z"'],
  ['no time within a sentence', '"at 2026-01-07T06:00:00Z"', 60_000, '"at 2026-01-07T06:00:00Z"'],
  [
    'no time in a text that is quoted itself',
    '"{\\"t\\":\\"2026-01-07T06:00:00Z\\"}"',
    60_000,
    '"{\\"t\\":\\"2026-01-07T06:00:00Z\\"}"',
  ],
  ['no time of another zone', '"2026-01-07T06:00:00+01:00"', 60_000, '"2026-01-07T06:00:00+01:00"'],
  ['no time that is none', '"2026-99-07T06:00:00Z"', 60_000, '"2026-99-07T06:00:00Z"'],
])('JSON is moved: %s', (_name, text, skewMs, expected) => {
  expect(shiftJson(text, skewMs)).toBe(expected)
  expect(shiftJson(shiftJson(text, skewMs), -skewMs)).toBe(text)
})

test('log lines are moved where a time begins them', () => {
  const log = '2026-01-07T06:00:00.000000001Z at 2026-01-07T06:00:00Z now\nplain\n2026-01-07T06:00:01.5Z x\n'
  expect(shiftLog(log, 3_600_000)).toBe(
    '2026-01-07T07:00:00.000000001Z at 2026-01-07T06:00:00Z now\nplain\n2026-01-07T07:00:01.5Z x\n',
  )
})

test('the skew is steady while the clocks tick apart, and follows a jump', () => {
  let ms = 1400
  const skew = steadySkew(() => ms)
  const seen = [1400, 1600, 400, 2400, -7_200_300, -7_199_700].map((each) => {
    ms = each
    return skew()
  })
  expect(seen).toEqual([1000, 1000, 1000, 1000, -7_200_000, -7_200_000])
})
