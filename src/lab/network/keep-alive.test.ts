import { expect, test } from 'vitest'
import type { Connection, KeepAlive } from '#lab/network/ports.ts'
import { type Bed, bed, codeOf, run } from '#lab/network/test-bed.ts'

const keepAlive: KeepAlive = { idleMs: 30_000, intervalMs: 15_000, probes: 9 }

/** A connection with signs of life, and what the other end has of it. */
async function connected(
  { kernel, a, b }: Bed,
  o: KeepAlive = keepAlive,
): Promise<{ readonly near: Connection; readonly far: Connection }> {
  let far: Connection | undefined
  await b.listen({ port: 80 }, (c) => {
    far = c
  })
  const near = await run(kernel, (task) =>
    a.connect(task, { address: '10.0.0.22', port: 80 }, { keepAlive: o }),
  )
  if (far === undefined) throw new Error('not accepted')
  return { near, far }
}

/** How, and when, the connection ends for whoever waits on it. */
const endOf = async ({ kernel }: Bed, near: Connection): Promise<readonly [string, number]> => {
  const code = await run(kernel, (task) => codeOf(near.receive(task)))
  return [code, Math.round(kernel.nowMs / 1000)]
}

const drop = { name: 'fw', port: 80, action: 'drop' } as const

test('a connection whose other end is gone is given up after the last sign of life without an answer', async () => {
  const on = bed()
  const { near } = await connected(on)
  on.kernel.at(100_000, 'gone', () => on.network.underlay.addRule(drop))
  expect(await endOf(on, near)).toEqual(['ETIMEDOUT', 90 + 30 + 9 * 15])
})

test('what comes from the other end counts as one', async () => {
  const on = bed()
  const { near, far } = await connected(on)
  on.kernel.at(50_000, 'says', () => far.send('still here'))
  on.kernel.at(52_000, 'gone', () => on.network.underlay.addRule(drop))
  expect(await run(on.kernel, (task) => near.receive(task))).toBe('still here')
  expect(await endOf(on, near)).toEqual(['ETIMEDOUT', 50 + 30 + 9 * 15])
})

test('one that is answered in between begins all over', async () => {
  const on = bed()
  const { near } = await connected(on)
  on.kernel.at(1000, 'gone', () => on.network.underlay.addRule(drop))
  on.kernel.at(100_000, 'back', () => on.network.underlay.removeRule('fw'))
  on.kernel.at(106_000, 'gone again', () => on.network.underlay.addRule(drop))
  // Sent at 30, 45, 60, 75, 90 and 105 s.
  expect(await endOf(on, near)).toEqual(['ETIMEDOUT', 105 + 30 + 9 * 15])
})

test('while something was said that is not acknowledged, that is sent again and nothing else', async () => {
  const on = bed()
  const { near } = await connected(on)
  on.kernel.at(1000, 'gone', () => {
    on.network.underlay.addRule(drop)
    near.send('hello?')
  })
  expect(await endOf(on, near)).toEqual(['ETIMEDOUT', 1 + 925])
})

test('a limit for anything without an answer comes before both', async () => {
  const limited = { ...keepAlive, idleMs: 15_000, userTimeoutMs: 20_000 }
  const silent = bed()
  const idle = await connected(silent, limited)
  silent.kernel.at(1000, 'gone', () => silent.network.underlay.addRule(drop))
  expect(await endOf(silent, idle.near)).toEqual(['ETIMEDOUT', 30])
  const busy = bed()
  const { near } = await connected(busy, limited)
  busy.kernel.at(1000, 'gone', () => {
    busy.network.underlay.addRule(drop)
    near.send('hello?')
  })
  expect(await endOf(busy, near)).toEqual(['ETIMEDOUT', 21])
})

test('costs nothing while nothing moves', async () => {
  const on = bed()
  await connected(on)
  await on.kernel.advanceTo(60_000)
  const events = on.kernel.ran
  await on.kernel.advanceTo(3_600_000)
  expect(on.kernel.ran).toBe(events)
})
