import { expect, test } from 'vitest'
import { Outbox } from '#lab/api/outbox.ts'
import type { Follower } from '#lab/api/store/follower.ts'
import { Store } from '#lab/api/store.ts'
import type { ServerFrame, WireChange } from '#lab/api/wire.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import type { Connection } from '#lab/network/ports.ts'

const object = (name: string): WireChange => ({
  type: 'MODIFIED',
  object: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '' },
  },
})

const among = (audience: number) => ({ audience, unhurried: false })

/** An outbox, and what it sent: `12 ms: w1 w2` for changes of watches, `12 ms: answer` for anything else. */
async function sent(act: (outbox: Outbox, kernel: Kernel) => void): Promise<readonly string[]> {
  const kernel = new Kernel({ seed: 1, startMs: 0 })
  const frames: string[] = []
  const connection = {
    send: (payload: unknown) => {
      const frame = payload as ServerFrame // an outbox sends nothing else
      const says = frame.kube === 'changes' ? frame.seen.map(({ id }) => `w${id}`).join(' ') : frame.kube
      frames.push(`${kernel.nowMs} ms: ${says}`)
    },
  } as Connection // sending is all that is done with it
  const task = kernel.start('server', (self) => self.sleep(1e9))
  await kernel.advanceTo(0)
  act(new Outbox(task, connection), kernel)
  await kernel.advanceTo(1000)
  return frames
}

test('few watches are told of each change at once', async () => {
  const frames = await sent((outbox) => {
    outbox.add(1, object('a'), among(15))
    outbox.add(2, object('a'), among(15))
  })
  expect(frames).toEqual(['0 ms: w1', '0 ms: w2'])
})

test('with many watches, changes that come together travel together', async () => {
  const frames = await sent((outbox, kernel) => {
    outbox.add(1, object('a'), among(16))
    kernel.at(5, 'later', () => outbox.add(2, object('b'), among(16)))
    kernel.at(9, 'too late', () => outbox.add(3, object('c'), among(16)))
  })
  expect(frames).toEqual(['8 ms: w1 w2', '17 ms: w3'])
})

test('who follows a whole kind tells what has come together when it is sent, as one list', async () => {
  const frames = await sent((outbox, kernel) => {
    const store = new Store({ now: () => kernel.nowMs })
    const put = (bucket: string, name: string): WireChange => ({
      type: 'ADDED',
      object: store.put(bucket, name, object(name).object),
    })
    const stir = (by: Follower): void => outbox.hear(1, by, among(16))
    store.follow('/configmaps', store.revision, { tell: () => {}, stir })
    put('/configmaps', 'a')
    outbox.add(2, put('/secrets', 'b'), among(16))
    put('/configmaps', 'c')
    kernel.at(9, 'later', () => put('/configmaps', 'd'))
  })
  expect(frames).toEqual(['8 ms: w1 w2', '17 ms: w1'])
})

test('however many there are, nobody waits for more than a tenth of a second', async () => {
  expect(await sent((outbox) => outbox.add(1, object('a'), among(100_000)))).toEqual(['100 ms: w1'])
})

test('an answer never overtakes the change that its request made', async () => {
  const frames = await sent((outbox) => {
    outbox.add(1, object('a'), among(1000))
    outbox.send({ kube: 'answer', id: 7, value: {} })
  })
  expect(frames).toEqual(['0 ms: w1', '0 ms: answer'])
})
