import { describe, expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import { server } from '#lab/api/http/http-bench.ts'
import type { Lease } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Stored } from '#lab/api/store.ts'

const at = (second: number): string => `2026-01-07T06:30:0${second}.000000Z`

/** A lease that was renewed twice: read by its holder, or each time from a copy, which is no renewal that anybody could know. */
async function renewed(how: 'as it is stored' | 'from a copy') {
  const { api } = server()
  const kube = directKube(api)
  const draft = {
    metadata: { name: 'n', namespace: 'default' },
    spec: { holderIdentity: 'n', renewTime: at(0) },
  }
  let lease = await kube.create<Lease>(resources.leases, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    ...draft,
  })
  for (const second of [1, 2]) {
    const read = how === 'from a copy' ? structuredClone(lease) : lease
    lease = await kube.update(resources.leases, { ...read, spec: { ...read.spec, renewTime: at(second) } })
  }
  const owners = api.state.ledger.owners(lease as unknown as Stored) // as the store has it
  return { kube, lease, owners }
}

describe('a lease that its holder renews', () => {
  test('is what it would be if every write were looked at', async () => {
    const [fast, whole] = [await renewed('as it is stored'), await renewed('from a copy')]
    expect(fast.owners).toEqual(whole.owners)
    expect(fast.lease.spec).toEqual(whole.lease.spec)
    expect(fast.lease.metadata.resourceVersion).toBe(whole.lease.metadata.resourceVersion)
  })

  test('is refused with the version of before', async () => {
    const { kube, lease } = await renewed('as it is stored')
    const old = { ...lease, metadata: { ...lease.metadata, resourceVersion: '1' } }
    await expect(kube.update(resources.leases, old)).rejects.toMatchObject({ reason: 'Conflict' })
  })
})
