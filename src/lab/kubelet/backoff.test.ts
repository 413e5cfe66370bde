import { expect, test } from 'vitest'
import { Backoff, goDuration } from '#lab/kubelet/backoff.ts'

test('10 s, doubled to five minutes', () => {
  const backoff = new Backoff()
  const delays: string[] = []
  let nowMs = 0
  for (let i = 0; i < 7; i++) {
    backoff.next('x', { sinceMs: nowMs, nowMs })
    delays.push(goDuration(backoff.delayMs('x')))
    nowMs += backoff.delayMs('x')
  }
  expect(delays).toEqual(['10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s'])
})

test('the first failure waits for nothing; the second counts from its own end', () => {
  const backoff = new Backoff()
  expect(backoff.isWaiting('x', { sinceMs: 0, nowMs: 0 })).toBe(false)
  backoff.next('x', { sinceMs: 0, nowMs: 0 })
  expect(backoff.isWaiting('x', { sinceMs: 65_000, nowMs: 74_999 })).toBe(true)
  expect(backoff.isWaiting('x', { sinceMs: 65_000, nowMs: 75_000 })).toBe(false)
})

test.each([
  [600_000, '20s'],
  [600_001, '10s'],
])('after %i ms of health the next delay is %s', (healthyMs, expected) => {
  const backoff = new Backoff()
  backoff.next('x', { sinceMs: 0, nowMs: 0 })
  backoff.next('x', { sinceMs: healthyMs, nowMs: healthyMs })
  expect(goDuration(backoff.delayMs('x'))).toBe(expected)
})
