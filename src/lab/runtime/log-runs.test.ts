import { expect, test } from 'vitest'
import { LogRuns } from '#lab/runtime/log-runs.ts'

function runsOf(lines: readonly (readonly [timeMs: number, code: number])[]): LogRuns {
  const runs = new LogRuns()
  for (const [timeMs, code] of lines) runs.push(timeMs, code)
  return runs
}

const linesOf = (runs: LogRuns): (readonly [number, number])[] =>
  Array.from({ length: runs.length }, (_, at) => [runs.at(at).timeMs, runs.at(at).code])

test('what is said by the clock is one run however often, with its times to the sixteenth of a millisecond', () => {
  const minutes = Array.from({ length: 1000 }, (_, at) => [at * 60_001.3125, 6] as const)
  const runs = runsOf(minutes)
  expect(linesOf(runs)).toEqual(minutes)
  expect([...runs.codes()]).toEqual([[6, 1000]])
})

test.each([
  [
    'other lines between',
    [
      [0, 1],
      [60, 1],
      [70, 2],
      [120, 1],
      [180, 1],
      [181, 1],
    ],
  ],
  [
    'the same moment',
    [
      [5, 1],
      [5, 1],
      [5, 1],
      [6, 1],
      [6, 2],
    ],
  ],
  [
    'a clock that is put back',
    [
      [100, 1],
      [200, 1],
      [0, 1],
      [100, 1],
    ],
  ],
] as const)('lines are what they were written: %s', (_, lines) => {
  expect(linesOf(runsOf(lines))).toEqual(lines)
})

test('the first lines can be forgotten, in the middle of a run, too', () => {
  const runs = runsOf([
    [0, 1],
    [60, 1],
    [120, 1],
    [125, 2],
    [180, 1],
  ])
  runs.drop(2)
  runs.push(240, 1)
  expect(linesOf(runs)).toEqual([
    [120, 1],
    [125, 2],
    [180, 1],
    [240, 1],
  ])
  runs.drop(9)
  expect(runs.length).toBe(0)
})
