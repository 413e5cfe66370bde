import { expect, test } from 'vitest'
import type { Lease, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { type Bed, bed, control, testImage } from '#lab/kubelet/test-bed.ts'

const place = { type: resources.leases, namespace: 'kube-system', name: 'kube-scheduler' }
const lease = (b: Bed): Promise<Lease> => b.kube.get<Lease>(place)
const renewedMs = async (b: Bed): Promise<number> => Date.parse((await lease(b)).spec.renewTime ?? '')

async function led(): Promise<Bed> {
  const b = await bed({ programs: controllerPrograms })
  await b.advance(60_000)
  return b
}

const killed = (b: Bed, program: string): Promise<void> =>
  b.kill(
    control,
    b
      .machine(control)
      .processes()
      .find(({ argv }) => argv[0]?.endsWith(program))?.pid ?? 0,
  )

test('who leads holds a lease and told so', async () => {
  const b = await led()
  const { spec, metadata } = await lease(b)
  expect(spec).toEqual({
    acquireTime: expect.stringMatching(/\.\d{6}Z$/),
    holderIdentity: expect.stringMatching(new RegExp(`^${control}_[0-9a-f-]{36}$`)),
    leaseDurationSeconds: 15,
    leaseTransitions: 0,
    renewTime: expect.stringMatching(/\.\d{6}Z$/),
  })
  const [event] = await b.eventObjects('kube-scheduler')
  expect(event).toMatchObject({
    reason: 'LeaderElection',
    message: `${spec.holderIdentity} became leader`,
    source: { component: 'default-scheduler' },
    involvedObject: { kind: 'Lease', uid: metadata.uid },
  })
})

test('an idle hour costs nothing, and whoever reads the lease sees it renewed two seconds ago at most', async () => {
  const b = await led()
  await b.advance(600_000)
  const before = { ran: b.kernel.ran, version: Number((await lease(b)).metadata.resourceVersion) }
  await b.advance(3_600_000)
  expect(b.kernel.nowMs - (await renewedMs(b))).toBeLessThan(2100)
  expect(Number((await lease(b)).metadata.resourceVersion)).toBeGreaterThan(before.version)
  expect(b.kernel.ran - before.ran).toBeLessThan(1800)
  await b.advance(7000)
  expect(b.kernel.nowMs - (await renewedMs(b))).toBeLessThan(2100)
})

test('who watches hears of each renewal', async () => {
  const b = await led()
  await b.advance(600_000)
  let heard = 0
  const watch = b.kube.watch<Lease>({ ...place, resourceVersion: (await lease(b)).metadata.resourceVersion })
  watch.follow({ changes: (changes) => (heard += changes.length), over: () => {} })
  await b.advance(20_000)
  watch.close()
  const after = heard
  await b.advance(20_000)
  expect(after).toBeGreaterThanOrEqual(18) // of two leaders
  expect(heard).toBe(after)
})

test('once its process has ended nobody renews it, and the next leads fifteen seconds later', async () => {
  const b = await led()
  await b.advance(601_000)
  const before = (await lease(b)).spec
  await killed(b, 'kube-scheduler')
  const killedMs = b.kernel.nowMs
  await b.advance(10_000)
  expect(await renewedMs(b)).toBeLessThanOrEqual(killedMs)
  expect(await renewedMs(b)).toBeGreaterThan(killedMs - 2100)
  await b.kube.create<Pod>(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: testImage.name }] },
  })
  await b.advance(1000)
  const nodeOf = async (): Promise<string | undefined> =>
    (await b.kube.get<Pod>({ type: resources.pods, namespace: 'default', name: 'web' })).spec.nodeName
  expect(await nodeOf()).toBeUndefined()
  await b.until(async () => (await nodeOf()) !== undefined, 60_000)
  const { spec } = await lease(b)
  expect(spec.leaseTransitions).toBe(1)
  expect(spec.holderIdentity).not.toBe(before.holderIdentity)
})

test('a lease that somebody deletes is made again', async () => {
  const b = await led()
  await b.kube.delete(place)
  await b.advance(5000)
  expect((await lease(b)).spec.leaseTransitions).toBe(0)
})

test('one that may not renew any more has renewed until then', async () => {
  const b = await led()
  await b.advance(600_000)
  const type = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterrolebindings' }
  await b.kube.delete({ type, name: 'system:kube-scheduler' })
  const untilMs = b.kernel.nowMs
  await b.advance(60_000)
  expect(await renewedMs(b)).toBeGreaterThan(untilMs - 2100)
  expect(await renewedMs(b)).toBeLessThanOrEqual(untilMs)
})
