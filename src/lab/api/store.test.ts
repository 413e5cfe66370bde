import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Refusal } from '#lab/api/status.ts'
import type { Filter } from '#lab/api/store/filter.ts'
import type { Follower } from '#lab/api/store/follower.ts'
import { keyOf, Store, type StoreChange, type Stored } from '#lab/api/store.ts'

const pod = (
  name: string,
  o: { readonly namespace?: string; readonly node?: string | undefined; readonly app?: string } = {},
): Stored => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: o.namespace ?? 'a',
    uid: name,
    resourceVersion: '',
    creationTimestamp: '2026-01-07T06:00:00Z',
    labels: { app: o.app ?? 'x' },
  },
  spec: o.node === undefined ? {} : { nodeName: o.node },
})

const put = (store: Store, object: Stored): Stored =>
  store.put('/pods', keyOf(object.metadata.namespace, object.metadata.name), object)

/** What a client knows that applies every change it is told. */
class View {
  readonly objects = new Map<string, Stored>()
  readonly wrong: string[] = []
  #last = 0

  readonly tell = ({ type, object, revision }: StoreChange): void => {
    const key = keyOf(object.metadata.namespace, object.metadata.name)
    if (revision <= this.#last) this.wrong.push(`revision ${revision} after ${this.#last}`)
    this.#last = revision
    if ((type === 'ADDED') === this.objects.has(key)) this.wrong.push(`${type} of ${key}`)
    if (type === 'DELETED') this.objects.delete(key)
    else this.objects.set(key, object)
  }
}

const names = fc.constantFrom('p', 'q', 'r')
const namespaces = fc.constantFrom('a', 'b')
const nodes = fc.constantFrom(undefined, 'n1', 'n2')
const step = fc.record({
  remove: fc.boolean(),
  name: names,
  namespace: namespaces,
  node: nodes,
  app: fc.constantFrom('x', 'y'),
})

const appIsX = (object: Stored): boolean => object.metadata.labels?.app === 'x'
const filters: readonly Filter[] = [
  {},
  { namespace: 'a' },
  { nodeName: 'n1' },
  { name: 'p' },
  { test: appIsX },
  { namespace: 'b', nodeName: 'n2', test: appIsX },
]

/** The same filter, without an index. */
const naive = ({ namespace, name, nodeName, test }: Filter, object: Stored): boolean =>
  (namespace === undefined || object.metadata.namespace === namespace) &&
  (name === undefined || object.metadata.name === name) &&
  (nodeName === undefined || (object.spec as { nodeName?: string }).nodeName === nodeName) &&
  (test === undefined || test(object))

describe('the store', () => {
  test('lists and watches agree with a naive model, whatever is written', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, joinAt) => {
        const store = new Store({ now: () => 0 })
        const model = new Map<string, Stored>()
        const early = filters.map(() => new View())
        for (const [i, filter] of filters.entries()) store.watch('/pods', filter, 0, (early[i] as View).tell)
        const late = filters.map(() => new View())
        steps.forEach((each, index) => {
          if (index === joinAt)
            for (const [i, filter] of filters.entries())
              store.watch('/pods', filter, 0, (late[i] as View).tell)
          const object = pod(each.name, each)
          const key = keyOf(each.namespace, each.name)
          if (each.remove) {
            expect(store.remove('/pods', key) !== undefined).toBe(model.delete(key))
          } else model.set(key, put(store, object))
        })
        filters.forEach((filter, i) => {
          const expected = [...model.entries()]
            .filter(([, object]) => naive(filter, object))
            .sort(([a], [b]) => (a < b ? -1 : 1))
          expect(store.list('/pods', filter)).toEqual(expected.map(([, object]) => object))
          for (const view of joinAt < steps.length ? [early[i], late[i]] : [early[i]]) {
            expect(view?.wrong).toEqual([])
            expect(new Map(view?.objects)).toEqual(new Map(expected))
          }
        })
      }),
      { numRuns: 200 },
    )
  })

  test('a version is one number for everything, and objects are frozen through', () => {
    const store = new Store({ now: () => 0 })
    const first = put(store, pod('p'))
    const second = store.put('/nodes', 'n', { ...pod('n'), kind: 'Node' })
    expect(Number(second.metadata.resourceVersion)).toBe(Number(first.metadata.resourceVersion) + 1)
    expect(Object.isFrozen(first.metadata.labels)).toBe(true)
  })

  test('an object that leaves a selector is deleted for who selected it, with its new state', () => {
    const store = new Store({ now: () => 0 })
    const seen: string[] = []
    store.watch('/pods', { test: appIsX }, 0, ({ type, object }) =>
      seen.push(`${type} ${object.metadata.labels?.app}`),
    )
    put(store, pod('p'))
    put(store, pod('p', { app: 'y' }))
    put(store, pod('p', { app: 'y', node: 'n1' }))
    put(store, pod('p'))
    expect(seen).toEqual(['ADDED x', 'DELETED y', 'ADDED x'])
  })

  test('who follows a bucket is stirred once until it takes, and takes what others take', () => {
    const store = new Store({ now: () => 0 })
    const stirred: string[] = []
    const told: string[] = []
    const followers: Follower[] = []
    put(store, pod('p'))
    const end = ['a', 'b'].map((name) =>
      store.follow('/pods', 1, {
        tell: ({ object }) => told.push(`${name} ${object.metadata.name}`),
        stir: (by) => {
          stirred.push(name)
          followers.push(by)
        },
      }),
    )
    put(store, pod('q'))
    store.remove('/pods', 'a/p')
    const [a, b] = followers.map((each) => each.take())
    expect(told).toEqual(['a p', 'b p'])
    expect(a?.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(['ADDED q', 'DELETED p'])
    expect(a).toBe(b)
    end[0]?.()
    put(store, pod('r'))
    expect(stirred).toEqual(['a', 'b', 'b'])
  })

  test('a deletion carries its own version', () => {
    const store = new Store({ now: () => 0 })
    put(store, pod('p'))
    const seen: StoreChange[] = []
    store.watch('/pods', {}, store.revision, (change) => seen.push(change))
    store.remove('/pods', 'a/p')
    expect(seen[0]?.object.metadata.resourceVersion).toBe(String(store.revision))
  })

  test.each([
    ['few changes are kept whatever their age', { changes: 100, ageMs: 3_600_000, gone: false }],
    ['many old ones are forgotten', { changes: 150, ageMs: 75_001, gone: true }],
    ['many young ones are kept', { changes: 150, ageMs: 75_000, gone: false }],
    ['too many are forgotten whatever their age', { changes: 10_001, ageMs: 0, gone: true }],
  ])('%s', (_name, { changes, ageMs, gone }) => {
    let now = 0
    const store = new Store({ now: () => now })
    put(store, pod('p'))
    const from = store.revision
    for (let i = 1; i < changes; i++) {
      if (i === changes - 1) now = ageMs
      put(store, pod('p', { node: `n${i}` }))
    }
    const watch = (): unknown => store.watch('/pods', {}, from - 1, () => {})
    if (gone) expect(watch).toThrow(expect.objectContaining({ code: 410, reason: 'Expired' }) as Refusal)
    else expect(watch).not.toThrow()
    expect(() => store.watch('/pods', {}, store.revision, () => {})).not.toThrow()
  })

  test('what nobody wrote again vanishes when it is old', () => {
    let now = 0
    const store = new Store({ now: () => now, aging: ['/pods'] })
    put(store, pod('p'))
    put(store, pod('q'))
    now = 10
    put(store, pod('p', { app: 'y' }))
    store.removeOlder('/pods', 10)
    expect(store.list('/pods').map((each) => each.metadata.name)).toEqual(['p'])
  })
})
