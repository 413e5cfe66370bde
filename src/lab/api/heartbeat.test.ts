import { beforeEach, describe, expect, test } from 'vitest'
import type { Renewing } from '#lab/api/heartbeat.ts'
import { Known } from '#lab/api/known.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { Store, type StoreChange, type Stored } from '#lab/api/store.ts'

const draft: Stored = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'n', uid: 'n', resourceVersion: '', creationTimestamp: '2026-01-07T06:00:00Z' },
  spec: { at: 0 },
}

let made = 0
const by: Renewing = {
  renewed: (base, at) => ({ ...base, spec: { at } }),
  note: () => {
    made++
  },
}

let store = new Store({ now: () => 0 })

beforeEach(() => {
  made = 0
  store = new Store({ now: () => 0 })
  store.put('/leases', 'n', draft)
})

function renew(renewedMs: number): void {
  const was = store.peek('/leases', 'n')
  if (was !== undefined) store.renew('/leases', was, { key: 'n', renewedMs, by })
}

const shown = (object: Stored | undefined): string =>
  `${object?.metadata.resourceVersion} ${JSON.stringify(object?.spec)}`

describe('a heartbeat', () => {
  test('is made when somebody reads it, and then once', () => {
    for (let at = 1; at <= 1000; at++) renew(at)
    expect(made).toBe(0)
    expect(store.revision).toBe(1002)
    expect(shown(store.get('/leases', 'n'))).toBe('1002 {"at":1000}')
    expect(store.list('/leases')[0]).toBe(store.get('/leases', 'n'))
    expect(made).toBe(1)
  })

  test('is a change like any other for who asks for the past', () => {
    for (const at of [1, 2, 3]) renew(at)
    expect(store.listAt('/leases', {}, 3)?.map(shown)).toEqual(['3 {"at":1}'])
    const told: StoreChange[] = []
    store.watch('/leases', {}, 3, (change) => told.push(change))
    expect(told.map(({ object }) => shown(object))).toEqual(['4 {"at":2}', '5 {"at":3}'])
    expect(told.map(({ previous }) => shown(previous))).toEqual(['3 {"at":1}', '4 {"at":2}'])
  })

  test('is known to who has heard of it, not before, without being made', () => {
    const known = new Known<KubeObject>('leases')
    const snapshot = store.snapshot('/leases')
    known.adopt({ items: store.list('/leases'), resourceVersion: '', snapshot })
    const told: StoreChange[] = []
    store.watch('/leases', {}, store.revision, (change) => told.push(change))
    for (const at of [1, 2]) renew(at)
    const first = told[0] as Parameters<typeof known.renew>[0] // what was told is a heartbeat
    expect(shown(known.get('n') as Stored)).toBe('2 {"at":0}')
    expect(known.renew(first)).toBe(true)
    expect(known.renew(first)).toBe(false)
    expect(shown(known.get('n') as Stored)).toBe('3 {"at":1}')
    const before = made
    expect(known.renew(told[1] as typeof first)).toBe(true)
    expect(known.peek('n')).toBe(told[1])
    expect(made).toBe(before)
    expect(shown(known.get('n') as Stored)).toBe('4 {"at":2}')
  })

  test('after it comes what somebody writes', () => {
    renew(1)
    const was = store.get('/leases', 'n')
    store.put('/leases', 'n', { ...draft, spec: { at: 'mine' } })
    expect(shown(was)).toBe('3 {"at":1}')
    expect(shown(store.get('/leases', 'n'))).toBe('4 {"at":"mine"}')
  })
})
