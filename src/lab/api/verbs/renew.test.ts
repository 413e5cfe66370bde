import { describe, expect, test } from 'vitest'
import { rfc3339Micro } from '#base/clock.ts'
import { directKube } from '#lab/api/direct.ts'
import { server } from '#lab/api/http/http-bench.ts'
import type { Lease } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { keyOfObject, type Stored } from '#lab/api/store.ts'
import { LeaseRenewals } from '#lab/api/verbs/renew.ts'
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
  const renewals = new LeaseRenewals(api.state, { def, ...place })
  return renewals.renew(user, { revision: o.revision, renewedMs: o.atMs })
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
})
