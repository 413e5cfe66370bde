import { expect, test } from 'vitest'
import { Ratelimit } from '#lab/host/machine/ratelimit.ts'

test('ten lines in five seconds are said; how many were left out is said before the next', () => {
  const clock = { nowMs: 60_000 }
  const said: string[] = []
  const limit = new Ratelimit('net_ratelimit', { now: () => clock.nowMs, says: (text) => said.push(text) })
  for (let line = 1; line <= 12; line++) limit.says(`martian ${line}`)
  expect(said).toEqual(Array.from({ length: 10 }, (_, i) => `martian ${i + 1}`))
  clock.nowMs += 5_000
  limit.says('martian 13')
  expect(said.slice(10)).toEqual(['net_ratelimit: 2 callbacks suppressed', 'martian 13'])
})
