import { expect, test } from 'vitest'
import { KernelLog } from '#lab/host/machine/kernel-log.ts'

test('the network may say ten lines in five seconds; how many were left out is said before the next', () => {
  const clock = { nowMs: 60_000 }
  const journal: string[] = []
  const log = new KernelLog({ now: () => clock.nowMs, journal: (text) => journal.push(text) })
  for (let line = 1; line <= 12; line++) log.networkSays(`martian ${line}`)
  log.says('oom-kill')
  expect(journal).toEqual([...Array.from({ length: 10 }, (_, i) => `martian ${i + 1}`), 'oom-kill'])
  clock.nowMs += 5_000
  log.networkSays('martian 13')
  expect(journal.slice(11)).toEqual(['net_ratelimit: 2 callbacks suppressed', 'martian 13'])
  expect(log.lines.map(({ text }) => text)).toEqual(journal)
})
