import { describe, expect, test } from 'vitest'
import { rfc3339Micro } from '#base/clock.ts'
import { directKube } from '#lab/api/direct.ts'
import { server } from '#lab/api/http/http-bench.ts'
import type { Lease, Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { keyOfObject, type Stored } from '#lab/api/store.ts'
import { Renewals } from '#lab/api/verbs/renew.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

const kubeletOf = (node: string): Identity => ({
  username: `system:node:${node}`,
  groups: ['system:nodes', 'system:authenticated'],
})

const startMs = Date.UTC(2026, 0, 7, 6, 30)
const place = { namespace: 'kube-node-lease', name: 'n' }
const bucket = 'coordination.k8s.io/leases'

/** A node's lease, which somebody else has labelled. */
async function leased() {
  const { api } = server()
  const kubelet = directKube(api, { user: kubeletOf('n') })
  await kubelet.create<Lease>(resources.leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...place, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }] },
    spec: { holderIdentity: 'n', leaseDurationSeconds: 40, renewTime: rfc3339Micro(startMs) },
  })
  const body = { metadata: { labels: { seen: 'yes' } } }
  const admin = directKube(api)
  await admin.patch({ type: resources.leases, ...place }, { type: 'merge', body })
  return { api, admin, kubelet, lease: await admin.get<Lease>({ type: resources.leases, ...place }) }
}

const revision = ({ metadata }: Lease): number => Number(metadata.resourceVersion)

function renew(
  api: ApiServer,
  o: { readonly revision: number; readonly atMs: number; readonly by?: string },
) {
  const def = api.state.registry.find(resources.leases)
  if (def === undefined) throw new Error('leases are served')
  const user = kubeletOf(o.by ?? 'n')
  const renewals = new Renewals(api.state, { def, ...place }, 'lease')
  return renewals.renew(user, { revision: o.revision, renewedMs: o.atMs })?.revision
}

const read = ({ state }: ApiServer): Stored => {
  const lease = state.store.get(bucket, `${place.namespace}/${place.name}`)
  if (lease === undefined) throw new Error('the lease is there')
  return state.ledger.shown(lease)
}

describe('a lease that its holder renews by the clock', () => {
  test.each([1, 3])('is what it would be if %i updates had been sent', async (times) => {
    const [fast, whole] = [await leased(), await leased()]
    let version = revision(fast.lease)
    let { lease } = whole
    for (let i = 1; i <= times; i++) {
      const atMs = startMs + 10_000 * i
      version = renew(fast.api, { revision: version, atMs }) ?? Number.NaN
      const spec = { ...lease.spec, renewTime: rfc3339Micro(atMs) }
      lease = await whole.kubelet.update(resources.leases, structuredClone({ ...lease, spec }))
    }
    const uid = fast.lease.metadata.uid // chance is not the same
    expect(read(fast.api)).toEqual({ ...read(whole.api), metadata: { ...read(whole.api).metadata, uid } })
    expect(read(fast.api).metadata.resourceVersion).toBe(String(version))
  })

  test('is told to a watch as each update would be, with what it was before', async () => {
    const { api, lease } = await leased()
    const { store } = api.state
    const seen: string[] = []
    const time = (object: Stored | undefined): unknown =>
      (object?.spec as Lease['spec'] | undefined)?.renewTime
    store.watch(bucket, { name: 'n' }, store.revision, ({ type, object, previous }) =>
      seen.push(`${type} ${keyOfObject(object)} ${time(previous)} ${time(object)}`),
    )
    const second = renew(api, { revision: revision(lease), atMs: startMs + 1000 }) ?? 0
    renew(api, { revision: second, atMs: startMs + 2000 })
    const at = (s: number): string => rfc3339Micro(startMs + 1000 * s)
    expect(seen).toEqual([0, 1].map((s) => `MODIFIED kube-node-lease/n ${at(s)} ${at(s + 1)}`))
  })

  test('is not renewed on the quick way where that would be a conflict, or it is being deleted', async () => {
    const { api, admin, lease } = await leased()
    const atMs = startMs + 1000
    expect(renew(api, { revision: revision(lease) - 1, atMs })).toBeUndefined()
    const body = { metadata: { finalizers: ['test/keep'] } }
    await admin.patch({ type: resources.leases, ...place }, { type: 'merge', body })
    await admin.delete({ type: resources.leases, ...place })
    expect(renew(api, { revision: Number(read(api).metadata.resourceVersion), atMs })).toBeUndefined()
  })

  test('is refused to another node', async () => {
    const { api, lease } = await leased()
    const other = { revision: revision(lease), atMs: startMs + 1000, by: 'other' }
    expect(() => renew(api, other)).toThrow('cannot update resource "leases"')
    expect(read(api).metadata.resourceVersion).toBe(lease.metadata.resourceVersion)
  })

  test('is looked at again by who may once anything else has been written', async () => {
    const { api, admin, lease } = await leased()
    const def = api.state.registry.find(resources.leases)
    if (def === undefined) throw new Error('leases are served')
    const renewals = new Renewals(api.state, { def, ...place }, 'lease')
    const first = renewals.renew(kubeletOf('n'), { revision: revision(lease), renewedMs: startMs + 1000 })
    const body = { metadata: { finalizers: ['test/keep'] } }
    await admin.patch({ type: resources.leases, ...place }, { type: 'merge', body })
    await admin.delete({ type: resources.leases, ...place })
    const next = { revision: Number(read(api).metadata.resourceVersion), renewedMs: startMs + 2000 }
    expect(first).toBeDefined()
    expect(renewals.renew(kubeletOf('n'), next)).toBeUndefined()
  })
})

const types = ['NetworkUnavailable', 'MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready']
const conditions = types.map((type) => ({
  type,
  status: 'False' as const,
  reason: 'R',
  message: 'm',
  lastHeartbeatTime: '2026-01-07T06:00:00Z',
  lastTransitionTime: '2026-01-07T06:00:00Z',
}))
const said = (time: string) => conditions.slice(1).map((each) => ({ ...each, lastHeartbeatTime: time }))

/** A node of which its kubelet has reported, and somebody else one condition. */
async function reported() {
  const { api } = server()
  const kubelet = directKube(api, { user: kubeletOf('n') })
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {}, status: { conditions } }
  await kubelet.create<Node>(resources.nodes, node)
  const report = (time: string): Promise<Node> =>
    kubelet.patch<Node>(
      { type: resources.nodes, name: 'n' },
      { type: 'strategic', body: { status: { conditions: said(time) } } },
      { subresource: 'status' },
    )
  return { api, report, node: await report('2026-01-07T06:25:00Z') }
}

const shownNode = ({ state }: ApiServer): unknown => {
  const node = state.store.get('/nodes', 'n')
  if (node === undefined) throw new Error('the node is there')
  const { uid: _, ...metadata } = state.ledger.shown(node).metadata // chance is not the same
  return { ...state.ledger.shown(node), metadata }
}

test('a report that says what the one before it said is what it would be if the patch had been sent', async () => {
  const [fast, whole] = [await reported(), await reported()]
  const def = fast.api.state.registry.find(resources.nodes)
  if (def === undefined) throw new Error('nodes are served')
  const renewals = new Renewals(fast.api.state, { def, namespace: undefined, name: 'n' }, 'node-status')
  const version = Number(fast.node.metadata.resourceVersion)
  const beat = renewals.renew(kubeletOf('n'), { revision: version, renewedMs: startMs })
  const stored = await whole.report('2026-01-07T06:30:00Z')
  expect(beat?.object.status).toEqual(stored.status)
  expect(shownNode(fast.api)).toEqual(shownNode(whole.api))
  expect(() =>
    renewals.renew(kubeletOf('other'), { revision: beat?.revision ?? 0, renewedMs: startMs + 1000 }),
  ).toThrow('node "other" is not allowed to modify node "n"')
})
