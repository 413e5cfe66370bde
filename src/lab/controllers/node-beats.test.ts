import { expect, test } from 'vitest'
import { rfc3339Micro } from '#base/clock.ts'
import { seeded } from '#base/random.ts'
import type { Peeked } from '#lab/api/informer.ts'
import type { Lease, Node } from '#lab/api/objects.ts'
import { NodeBeats } from '#lab/controllers/node-beats.ts'
import type { Process } from '#lab/host/ports.ts'

const everyMs = 5000
const node = { metadata: { name: 'a' }, status: { conditions: [] } } as unknown as Node

/** Somebody who looks, at a time that is set by hand, for a lease that is renewed by hand. */
function watcher() {
  const at = { ms: 0, aheadMs: 0, lease: leaseOf(0) }
  const process = { now: () => at.ms + at.aheadMs, monotonic: () => at.ms } as Process
  const leases = { peek: () => at.lease, look: () => leases } as unknown as Peeked<Lease>
  const beats = new NodeBeats(process, leases, { everyMs })
  const look = (): number => [...beats.look([node])].map(([, silentMs]) => silentMs)[0] ?? Number.NaN
  return { at, look }
}

const leaseOf = (ms: number): Lease =>
  ({ metadata: { name: 'a' }, spec: { renewTime: rfc3339Micro(ms) } }) as unknown as Lease

test('who looks every so often sees a sign of life at the look after it', () => {
  const { at, look } = watcher()
  look()
  at.lease = leaseOf(1000)
  at.ms = 5000
  expect(look()).toBe(0)
  at.ms = 10_000
  expect(look()).toBe(5000)
})

test('who rested knows when he would have seen it', () => {
  const { at, look } = watcher()
  look()
  at.lease = leaseOf(11_000)
  at.ms = 40_000
  expect(look()).toBe(25_000)
})

test('what says a time that cannot be was seen now', () => {
  const { at, look } = watcher()
  look()
  for (const ms of [-3_600_000, 3_600_000]) {
    at.lease = leaseOf(ms)
    at.ms += 40_000
    expect(look()).toBe(0)
  }
})

test('a clock that was set meanwhile makes the silence as long as for who looked all the time', () => {
  const all = watcher()
  const few = watcher()
  for (const { look } of [all, few]) look()
  for (let ms = 5000; ms <= 35_000; ms += everyMs) {
    all.at.ms = ms
    if (ms > 11_000) all.at.lease = leaseOf(11_000)
    all.look()
  }
  for (const { at } of [all, few]) {
    at.lease = leaseOf(11_000)
    at.ms = 40_000
    at.aheadMs = 3_600_000
  }
  expect(few.look()).toBe(all.look())
})

test('whoever rests sees what who looks all the time sees', () => {
  const chance = seeded('beats')
  const all = watcher()
  const few = watcher()
  for (const { look } of [all, few]) look()
  for (let ms = everyMs, nextMs = 1000; ms < 3_600_000; ms += everyMs) {
    while (nextMs < ms) {
      for (const { at } of [all, few]) at.lease = leaseOf(nextMs)
      nextMs += chance.between(5000, 40_000)
    }
    for (const { at } of [all, few]) at.ms = ms
    const silentMs = all.look()
    if (chance.next() < 0.2) expect(few.look()).toBe(silentMs)
  }
})
