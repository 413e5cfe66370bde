import { expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import { answerOf, json } from '#lab/api/http/http-bench.ts'
import type { KubeEvent } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { type Act, SeriesRecorder } from '#lab/kubelet/series-recorder.ts'
import { type Bed, bed, control } from '#lab/kubelet/test-bed.ts'

const about = { kind: 'Pod', namespace: 'default', name: 'web', uid: 'u1', resourceVersion: '7' }
const act: Act = {
  about,
  type: 'Warning',
  reason: 'FailedScheduling',
  action: 'Scheduling',
  message: 'no nodes available to schedule pods',
}

/** A cluster in which `main` is run by a process that has a recorder. */
async function recorded(main: (recorder: SeriesRecorder, self: Process, b: Bed) => Promise<void>) {
  let done = false
  const b: Bed = await bed({
    programs: {
      'kube-scheduler': async (p) => {
        const kubeFor = () => directKube(b.api)
        await main(new SeriesRecorder(p, { controller: 'default-scheduler', kubeFor }), p, b)
        await p.sleep(1000)
        done = true
        return p.task.wait<number>(() => undefined)
      },
    },
  })
  await b.until(() => done, 4_000_000)
  return b
}

const seen = async (b: Bed): Promise<readonly (KubeEvent & { readonly series?: unknown })[]> =>
  b.eventObjects('web')

test('an event says when it was, and not first or last; in both versions of the API', async () => {
  const b = await recorded(async (recorder) => recorder.record(act))
  const [{ metadata }] = (await seen(b)) as [KubeEvent]
  const read = (path: string) =>
    json(answerOf(b.api, { method: 'GET', url: `${path}/namespaces/default/events/${metadata.name}` }))
  expect(metadata.name).toMatch(/^web\.[0-9a-f]{16}$/)
  expect(read('/api/v1')).toMatchObject({
    action: 'Scheduling',
    eventTime: expect.stringMatching(/\.\d{6}Z$/),
    firstTimestamp: null,
    lastTimestamp: null,
    involvedObject: about,
    message: 'no nodes available to schedule pods',
    reportingComponent: 'default-scheduler',
    reportingInstance: `default-scheduler-${control}`,
    source: {},
  })
  expect(read('/apis/events.k8s.io/v1')).toMatchObject({
    deprecatedFirstTimestamp: null,
    deprecatedLastTimestamp: null,
    deprecatedSource: {},
    regarding: about,
    note: 'no nodes available to schedule pods',
    reportingController: 'default-scheduler',
  })
  expect(read('/api/v1')).not.toHaveProperty('count')
})

test('the same again begins a series, whose count is told when it has ended', async () => {
  const counts: unknown[] = []
  await recorded(async (recorder, self, b) => {
    for (let i = 0; i < 4; i++) {
      recorder.record(act)
      await self.sleep(60_000)
    }
    counts.push((await seen(b))[0]?.series)
    await self.sleep(481_000)
    counts.push((await seen(b))[0]?.series)
  })
  expect(counts).toEqual([
    { count: 2, lastObservedTime: expect.any(String) },
    { count: 4, lastObservedTime: expect.any(String) },
  ])
})

test('another version of the object, or a pause of twelve minutes, is another event', async () => {
  const b = await recorded(async (recorder, self) => {
    recorder.record(act)
    recorder.record({ ...act, about: { ...about, resourceVersion: '8' } })
    await self.sleep(721_000)
    recorder.record(act)
  })
  expect((await seen(b)).map(({ series }) => series)).toEqual([undefined, undefined, undefined])
})

test('a series that has expired is written anew', async () => {
  const b = await recorded(async (recorder, self, { api }) => {
    recorder.record(act)
    await self.sleep(1000)
    const kube = directKube(api)
    const { items } = await kube.list<KubeEvent>({
      type: resources.events,
      fieldSelector: 'reason=FailedScheduling',
    })
    for (const { metadata } of items)
      await kube.delete({ type: resources.events, namespace: 'default', name: metadata.name })
    recorder.record(act)
  })
  expect((await seen(b))[0]?.series).toMatchObject({ count: 2 })
})
