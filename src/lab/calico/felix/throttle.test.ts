import { expect, test } from 'vitest'
import { Throttle } from '#lab/calico/felix/throttle.ts'

function throttled() {
  let nowMs = 0
  const said: string[] = []
  const say = (_: string, text: string): void => void said.push(text)
  const log = { info: say, warn: say, error: say, fatal: say, panic: say }
  const throttle = new Throttle({ now: () => nowMs }, log)
  const admitted = (times: number): number =>
    Array.from({ length: times }, () => throttle.admits()).filter(Boolean).length
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { said, throttle, admitted, pass }
}

test('the first update is granted at once, the next a tenth of a second later', () => {
  const { throttle, admitted, pass } = throttled()
  expect(admitted(3)).toBe(1)
  pass(60)
  expect([admitted(1), throttle.waitMs]).toEqual([0, 40])
  pass(40)
  expect(admitted(2)).toBe(1)
})

test('after a rest ten may follow each other, and no more', () => {
  const { admitted, pass } = throttled()
  pass(60_000)
  expect(admitted(30)).toBe(10)
})

test('says once that it throttles, and once that it does no longer', () => {
  const { said, admitted, pass } = throttled()
  admitted(4)
  pass(100)
  admitted(2) // the one that is granted takes the last: still throttled
  pass(300)
  admitted(1)
  expect(said).toEqual(['Dataplane updates throttled', 'Dataplane updates no longer throttled'])
})
