import { afterAll, expect, test, vi } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { Lease, Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Transport } from '#lab/api/transport.ts'
import { Lab } from '#lab/lab.ts'

const names: string[] = []
const lab = await Lab.boot({ seed: 'lease', nodes: 2, onEvent: (_, name) => names.push(name) })
await lab.advance(300_000)

afterAll(() => lab.shutdown())

const ref = { type: resources.leases, namespace: 'kube-node-lease', name: 'k8s-worker-01' }
const lease = (): Promise<Lease> => lab.kube.get<Lease>(ref)
const ageMs = (read: Lease): number => lab.nowMs - Date.parse(read.spec.renewTime ?? '')

test('whoever reads a lease finds it renewed within the last ten seconds', async () => {
  for (let i = 0; i < 10; i++) {
    await lab.advance(7_300)
    const age = ageMs(await lease())
    expect(age).toBeGreaterThanOrEqual(0)
    expect(age).toBeLessThan(10_100)
  }
})

test('nobody is woken for a renewal', async () => {
  await lab.advance(60_000)
  names.length = 0
  await lab.advance(60_000)
  expect(names.filter((name) => name === 'k8s-worker-01/kubelet/lease')).toEqual([])
})

test('nor are the words of a renewal looked at again by who renewed before', async () => {
  const asked = vi.spyOn(Transport.prototype, 'ask')
  await lab.advance(60_000)
  const renewals = asked.mock.calls.filter(([frame]) => frame.kube === 'renewal' && frame.what === 'lease')
  asked.mockRestore()
  expect(renewals).toEqual([])
})

test('nor does anybody look whether a connection lives on which leases are renewed', () => {
  expect(names).not.toContain('k8s-worker-01/kubelet timer')
})

test('a report that says what the one before it said is one event, in which it is stored, too', async () => {
  names.length = 0
  await lab.advance(1_200_000)
  const looks = names.filter((name) => name === 'k8s-worker-01/kubelet/node-status')
  expect(looks).toEqual([])
  const beats = names.filter((name) => name === 'k8s-worker-01/kubelet/node-status time-out')
  expect(beats.length).toBeGreaterThanOrEqual(4)
  expect(beats.length).toBeLessThanOrEqual(4 + 2) // and the look after a token has been renewed
  const { conditions } = (await lab.kube.get<Node>({ type: resources.nodes, name: ref.name })).status
  const readyMs = Date.parse(conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime ?? '')
  expect(lab.nowMs - readyMs).toBeLessThanOrEqual(300_000)
})

test('what is asked every minute is answered without a packet', async () => {
  names.length = 0
  await lab.advance(120_000)
  const asked = names.filter((name) => name.endsWith('/monitor-addresses timer'))
  expect(asked).toHaveLength(2 * 2 * lab.nodes.length) // when it is asked, and when the answer would have come
})

test('a watch is told of each renewal as it happens, under revisions that grow', async () => {
  const { resourceVersion } = (await lease()).metadata
  const seen: Lease[] = []
  const { store } = lab.api.state
  const stop = store.watch('coordination.k8s.io/leases', {}, Number(resourceVersion), ({ object }) => {
    if (object.metadata.name === ref.name) seen.push(object as unknown as Lease) // only leases are kept there
  })
  await lab.advance(60_000)
  stop()
  expect(seen).toHaveLength(6)
  const pauses = seen
    .slice(1)
    .map((each, i) => Date.parse(each.spec.renewTime ?? '') - Date.parse(seen[i]?.spec.renewTime ?? ''))
  for (const pause of pauses) expect(Math.abs(pause - 10_000)).toBeLessThan(10)
})

test('who owns the time of a renewal is its kubelet, at that time', async () => {
  const read = await lease()
  const [owner, ...others] = read.metadata.managedFields ?? []
  expect(others).toEqual([])
  expect(owner).toMatchObject({ manager: 'kubelet', operation: 'Update' })
  expect(JSON.stringify(owner)).toContain('f:renewTime')
  expect((owner as { time: string }).time.slice(0, 18)).toBe(read.spec.renewTime?.slice(0, 18))
})

test('somebody else’s write makes the kubelet read its lease again', async () => {
  const body = { metadata: { labels: { seen: 'yes' } } }
  await lab.kube.patch(ref, { type: 'merge', body })
  await lab.advance(30_000)
  const read = await lease()
  expect(read.metadata.labels).toEqual(body.metadata.labels)
  expect(ageMs(read)).toBeLessThan(10_100)
})

test('what somebody else writes into the status of a Node is put right with the next report', async () => {
  const node = (): Node => lab.api.state.store.get('/nodes', ref.name) as unknown as Node // only nodes are kept there
  await lab.advance(310_000)
  const { allocatable, images } = node().status
  const body = { status: { allocatable: { cpu: '1' } } }
  const one = { type: resources.nodes, name: ref.name }
  await directKube(lab.api).patch(one, { type: 'merge', body }, { subresource: 'status' })
  expect(node().status.allocatable).toMatchObject({ cpu: '1' })
  await lab.advance(310_000)
  expect(node().status.allocatable).toEqual(allocatable)
  expect(node().status.images).toBe(images)
})

test('a kubelet that no longer reaches the API server is missed after the time of grace, not before', async () => {
  const ready = (): string | undefined => {
    const node = lab.api.state.store.get('/nodes', ref.name)
    const status = node?.status as Node['status'] | undefined // only nodes are kept there
    return status?.conditions?.find(({ type }) => type === 'Ready')?.status
  }
  await lab.addUnderlayRule({
    name: 'cut',
    source: '10.0.0.21/32',
    protocol: 'tcp',
    port: 6443,
    action: 'drop',
  })
  await lab.advance(35_000)
  expect(ready()).toBe('True')
  await lab.advance(30_000)
  expect(ready()).toBe('Unknown')
  await lab.removeUnderlayRule('cut')
  await lab.advance(120_000)
  expect(ready()).toBe('True')
})
