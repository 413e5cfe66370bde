import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Known } from '#lab/api/known.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { Store, type StoreChange, type Stored } from '#lab/api/store.ts'

const node = (name: string, rack: string): Stored => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    uid: name,
    resourceVersion: '',
    creationTimestamp: '2026-01-07T06:00:00Z',
    labels: { rack },
  },
})

const act = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  rack: fc.constantFrom('1', '2', '3'),
  remove: fc.boolean(),
})

function carryOut(store: Store, { name, rack, remove }: { name: string; rack: string; remove: boolean }) {
  if (remove) store.remove('/nodes', name)
  else store.put('/nodes', name, node(name, rack))
}

/** An informer that takes in what it is told when it likes. */
class Client {
  readonly known = new Known<KubeObject>('nodes')
  readonly told: StoreChange[] = []

  constructor(store: Store) {
    const items = store.list('/nodes')
    this.known.adopt({ items, resourceVersion: '', snapshot: store.snapshot('/nodes') })
    store.watch('/nodes', {}, store.revision, (change) => this.told.push(change))
  }

  takeIn(): void {
    for (const { type, object, previous } of this.told.splice(0))
      expect(this.known.take(type, object)).toBe(previous)
  }
}

describe('what clients share', () => {
  test('each knows what it has heard of, however far the store is ahead', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 20 }), fc.array(act, { maxLength: 20 }), (before, after) => {
        const store = new Store({ now: () => 0 })
        for (const each of before) carryOut(store, each)
        const client = new Client(store)
        const heard = [...store.list('/nodes')]
        for (const each of after) carryOut(store, each)

        expect(client.known.list()).toEqual(heard)
        for (const name of ['a', 'b', 'c', 'd'])
          expect(client.known.get(name)).toBe(heard.find(({ metadata }) => metadata.name === name))
        client.takeIn()
        expect(client.known.list()).toBe(store.list('/nodes'))
      }),
      { numRuns: 100 },
    )
  })

  test('two that listed at different times hold one list once they have heard the same', () => {
    const store = new Store({ now: () => 0 })
    const early = new Client(store)
    carryOut(store, { name: 'a', rack: '1', remove: false })
    const late = new Client(store)
    carryOut(store, { name: 'b', rack: '1', remove: false })
    for (const each of [early, late]) each.takeIn()
    expect(early.known.list()).toBe(late.known.list())
  })

  test('one that hears something else goes on alone', () => {
    const store = new Store({ now: () => 0 })
    carryOut(store, { name: 'a', rack: '1', remove: false })
    const [alone, other] = [new Client(store), new Client(store)]
    carryOut(store, { name: 'b', rack: '1', remove: false })
    alone.known.take('DELETED', store.get('/nodes', 'a') as KubeObject) // it is there
    other.takeIn()
    expect(alone.known.list()).toEqual([])
    expect(other.known.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
  })

  test('one that has heard nothing for long has a table of its own, with what it knew', () => {
    const store = new Store({ now: () => 0 })
    carryOut(store, { name: 'a', rack: '0', remove: false })
    const { known } = new Client(store)
    const heard = [...known.list()]
    for (let i = 0; i <= 1000; i++) carryOut(store, { name: 'a', rack: `${i}`, remove: false })
    known.fallBehind()
    expect(known.list()).toEqual(heard)
  })
})
