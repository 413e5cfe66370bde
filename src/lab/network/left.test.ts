import { expect, test } from 'vitest'
import { Left } from '#lab/network/left.ts'
import type { Payload } from '#lab/network/ports.ts'

const wayMs = 2

/** An end whose clock is set by hand, and what came of what it had left. */
function end() {
  const seen: string[] = []
  const self = {
    nowMs: 0,
    seen,
    resting: new Set<{ wake(): void }>(),
    deliver: (payload: Payload) => void seen.push(`arrived ${String(payload)}`),
    send: (payload: Payload) => void seen.push(`sent ${String(payload)}`),
  }
  return self
}

/** Says a letter at each of these times. */
function speaker(...saidMs: number[]) {
  return {
    get hasMore() {
      return saidMs.length > 0
    },
    take: (untilMs: number): Payload | undefined => {
      const said = saidMs.filter((at) => at <= untilMs)
      saidMs.splice(0, said.length)
      return said.length === 0 ? undefined : said.join(' ')
    },
  }
}

test('who looks finds what has had its time to arrive, and later the rest', () => {
  const at = end()
  const left = new Left(at)
  left.addFrom(speaker(0, 5, 9), wayMs)
  at.nowMs = 10
  left.look()
  expect(at.seen).toEqual(['arrived 0 5'])
  expect(at.resting).toContain(left)
  at.nowMs = 11
  left.look()
  expect(at.seen).toEqual(['arrived 0 5', 'arrived 9'])
  expect(at.resting).not.toContain(left)
})

test('what is on its way when something moves is sent', () => {
  const at = end()
  const left = new Left(at)
  left.add('a', wayMs)
  left.addFrom(speaker(0, 9), wayMs)
  at.nowMs = 10
  left.wake()
  expect(at.seen).toEqual(['arrived a', 'arrived 0', 'sent 9'])
  expect(at.resting).not.toContain(left)
})

test('all of it comes before what is sent after it', () => {
  const at = end()
  const left = new Left(at)
  left.addFrom(speaker(0, 9), wayMs)
  at.nowMs = 10
  left.handOver()
  expect(at.seen).toEqual(['arrived 0 9'])
})
