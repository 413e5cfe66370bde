import { expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { KubeEvent } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { EventRecorder, type Occurrence } from '#lab/kubelet/event-recorder.ts'
import { type Bed, bed, control } from '#lab/kubelet/test-bed.ts'

const about = { kind: 'Pod', namespace: 'default', name: 'web', uid: 'u1' }
const said = (message: string, o: Partial<Occurrence> = {}): Occurrence => ({
  about,
  type: 'Warning',
  reason: 'Unhealthy',
  message,
  ...o,
})

/** A cluster in which `main` is run by a process that has a recorder. */
async function recorded(
  main: (recorder: EventRecorder, self: Process, b: Bed) => Promise<void>,
): Promise<Bed> {
  let done = false
  const b: Bed = await bed({
    programs: {
      'kube-scheduler': async (p) => {
        const kubeFor = () => directKube(b.api)
        await main(new EventRecorder(p, { component: 'test', host: control, kubeFor }), p, b)
        await p.sleep(1000)
        done = true
        return p.task.wait<number>(() => undefined)
      },
    },
  })
  await b.until(() => done, 4_000_000)
  return b
}

const seen = async (b: Bed): Promise<readonly KubeEvent[]> => b.eventObjects('web')

test('the same again counts up and keeps its first time', async () => {
  const b = await recorded(async (recorder, self) => {
    for (let i = 0; i < 3; i++) {
      recorder.record(said('a'))
      await self.sleep(10_000)
    }
  })
  const [event, ...rest] = await seen(b)
  expect(rest).toEqual([])
  expect(event).toMatchObject({ count: 3, message: 'a', source: { component: 'test', host: control } })
  expect(Date.parse(event?.lastTimestamp ?? '') - Date.parse(event?.firstTimestamp ?? '')).toBe(20_000)
})

test.each([
  [4094, [3]],
  [4096, [2, 1]],
])('after %i others it is told anew or still counted', async (others, counts) => {
  const b = await recorded(async (recorder, self) => {
    recorder.record(said('a'))
    recorder.record(said('a'))
    for (let i = 0; i < others; i++) {
      recorder.record(said('b', { about: { ...about, name: `other-${i}`, uid: `${i}` } }))
      if (i % 100 === 99) await self.sleep(1000)
    }
    recorder.record(said('a'))
  })
  expect((await seen(b)).map(({ count }) => count)).toEqual(counts)
})

test('the tenth different message for one reason begins to be combined', async () => {
  const b = await recorded(async (recorder, self) => {
    for (let i = 0; i < 12; i++) {
      recorder.record(said(`message ${i}`))
      await self.sleep(1000)
    }
  })
  const events = await seen(b)
  expect(events).toHaveLength(10)
  expect(events.at(-1)).toMatchObject({ count: 3, message: '(combined from similar events): message 11' })
})

test('after 25 writings about an object it is told once in five minutes, with the whole count', async () => {
  const b = await recorded(async (recorder, self) => {
    for (let i = 0; i < 100; i++) {
      recorder.record(said('a'))
      await self.sleep(10_000)
    }
  })
  const [event] = await seen(b)
  // 25 at once and three refilled within 1000 s, but it never lost count.
  expect(event?.count).toBeGreaterThan(80)
  expect(Number(event?.count)).toBeLessThan(100)
})

test('Normal and Warning, and other objects, have a budget of their own', async () => {
  const b = await recorded(async (recorder) => {
    for (let i = 0; i < 40; i++) recorder.record(said('a'))
    recorder.record(said('b', { type: 'Normal', reason: 'Killing' }))
  })
  expect((await seen(b)).map(({ reason }) => reason)).toEqual(['Unhealthy', 'Killing'])
})

test('an event that has expired is written anew', async () => {
  const b = await recorded(async (recorder, self, { api }) => {
    recorder.record(said('a'))
    await self.sleep(1000)
    const kube = directKube(api)
    const { items } = await kube.list<KubeEvent>({
      type: resources.events,
      fieldSelector: 'reason=Unhealthy',
    })
    for (const { metadata } of items) {
      await kube.delete({ type: resources.events, namespace: 'default', name: metadata.name })
    }
    recorder.record(said('a'))
  })
  expect((await seen(b))[0]?.count).toBe(2)
})

test('two recorders that tell of one object at once write two events, and count up their own', async () => {
  const b = await recorded(async (recorder, self, lab) => {
    const other = new EventRecorder(self, { component: 'other', kubeFor: () => directKube(lab.api) })
    for (let i = 0; i < 2; i++) {
      recorder.record(said('mine', { reason: 'Scheduled' }))
      other.record(said('theirs'))
      await self.sleep(10_000)
    }
  })
  const told = (await seen(b)).map(({ reason, message, count, source }) => [
    reason,
    message,
    count,
    source?.component,
  ])
  expect(told).toHaveLength(2)
  expect(told).toEqual(
    expect.arrayContaining([
      ['Scheduled', 'mine', 2, 'test'],
      ['Unhealthy', 'theirs', 2, 'other'],
    ]),
  )
})
