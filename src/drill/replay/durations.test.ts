import { expect, test } from 'vitest'
import { figureOf, minutesLostIn } from '#drill/replay/durations.ts'

test.each([
  ['0 (reason)', '0 minutes'],
  ['None', '0 minutes'],
  ['20 minutes (one node)', '20 minutes'],
  ['6 minutes of complete silence', '6 minutes'],
  ['60+ minutes including a drain', '60+ minutes'],
  ['90 minutes + additional damage', '90+ minutes'],
  ['3+ hours, blown window', '3+ hours'],
  ['over 2 hours', '2+ hours'],
  ['1.5h', '1.5 hours'],
  ['1 hour 30 minutes', '90 minutes'],
  ['an hour', '1 hours'],
  ['30-45 minutes', '30+ minutes'],
  ['about 5 minutes', '~5 minutes'],
  ['3x ~5 minutes of restarts + 20 minutes of copying', '~35 minutes'],
  ['2 days', '2 days'],
  // Near misses: no one time is stated.
  ['Intermittent 30-second blackholes over 3 hours', undefined],
  ['Varies based on path chosen', undefined],
  ['Days of work', undefined],
  ['5 minutes on Monday, 7 minutes on Tuesday', undefined],
  ['see (20 minutes)', undefined],
  ['node 10.0.0.5 m', undefined],
  ['', undefined],
])('a figure: %s', (words, told) => {
  const { amount } = figureOf(words)
  expect(
    amount && `${amount.about ? '~' : ''}${amount.value}${amount.atLeast ? '+' : ''} ${amount.unit}`,
  ).toBe(told)
  expect(figureOf(words).words).toBe(words)
})

test.each([
  ['10 minutes wasted.', 10],
  ['A 25-minute flash cycle wasted.', 25],
  ['It wastes 15 minutes and changes nothing.', 15],
  ['That costs you another 20 minutes.', 20],
  ['10 minutes spent on a walk for nothing.', 10],
  ['Sets you back half an hour.', 30],
  ['Eventually leads to Round 2 after 8 minutes.', 8],
  ['2 hours lost to a rebuild. 5 minutes wasted on the phone.', 125],
  // Near misses: a time that is not said to be lost.
  ['The alert fires every 5 minutes.', undefined],
  ['Connection lost after 30 seconds.', undefined],
  ['Packets were lost for 10 minutes.', undefined],
  ['The queue is 45 minutes long.', undefined],
  ['Proceed to Round 2.', undefined],
  ['Time wasted.', undefined],
])('lost by: %s', (result, minutes) => {
  expect(minutesLostIn(result)).toBe(minutes)
})
