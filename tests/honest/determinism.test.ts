import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'
import { Engineer } from '../support/engineer.ts'

interface History {
  readonly events: string
  readonly count: number
  readonly seen: string
}

/** The same history each time: a boot, an OS update everywhere, a reboot of one node, a power cut of another. */
async function history(options: { readonly seed: string; readonly hops?: number }): Promise<History> {
  const hash = createHash('sha256')
  let count = 0
  const lab = await Lab.boot({
    flavour: 'hardened',
    ...options,
    onEvent: (timeMs, name) => {
      hash.update(`${timeMs} ${name}\n`)
      count++
    },
  })
  const engineer = new Engineer(lab)
  await engineer.update('3.29.3-2', 'd /run/calico 0600 10001 0')
  await engineer.reboot('k8s-worker-03')
  await lab.advance(120_000)
  await lab.reboot('k8s-worker-02', { powerCut: true })
  await lab.advance(480_000)
  const seen = JSON.stringify([
    await engineer.get('/api/v1/pods'),
    await engineer.get('/api/v1/events'),
    await engineer.logs(await engineer.calicoNode('k8s-worker-03')),
    await engineer.shown('k8s-worker-03', 'journalctl --no-pager'),
  ])
  await lab.shutdown()
  return { events: hash.digest('hex'), count, seen }
}

const first = await history({ seed: 'honest' })

test('the history is more than a handful of events', () => {
  expect(first.count).toBeGreaterThan(10_000)
})

test('the same seed gives the same events, objects, logs and journals', async () => {
  expect(await history({ seed: 'honest' })).toEqual(first)
})

test('more turns of the microtask queue after each sleep change nothing', async () => {
  expect(await history({ seed: 'honest', hops: 7 })).toEqual(first)
})

test('another seed gives another history', async () => {
  const other = await history({ seed: 'honest too' })
  expect(other.events).not.toBe(first.events)
  expect(other.seen).not.toBe(first.seen)
})
