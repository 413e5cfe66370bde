import type { Heartbeat, Version } from '#lab/api/heartbeat.ts'
import type { InformerChange } from '#lab/api/informer.ts'
import { KeyOrder } from '#lab/api/key-order.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import type { KubeList } from '#lab/api/ports.ts'
import type { Snapshot } from '#lab/api/snapshot.ts'
import { keyOfObject } from '#lab/api/store.ts'

/**
 * What an informer knows: as long as it has listed a whole kind and heard of each change since, the state that it shares with all
 * who heard the same; else a table of its own.
 */
export class Known<T extends KubeObject> {
  readonly #queryText: string
  #shared: Snapshot<T> | undefined
  #own: OwnTable<T> | undefined

  /** Who asks the same in the same words gets the same lists. */
  constructor(queryText: string) {
    this.#queryText = queryText
  }

  get isEmpty(): boolean {
    return this.list().length === 0
  }

  get(key: string): T | undefined {
    return (this.#shared ?? this.#own)?.get(key)
  }

  /** In the order of keys. */
  list(): readonly T[] {
    return (this.#shared ?? this.#own)?.list() ?? nothing
  }

  /** Takes a change in; answers what was known before. */
  take(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): T | undefined {
    const step = this.#shared?.step(type, object)
    if (step === undefined) return this.#apart().take(type, object)
    this.#shared = step
    return step.change?.previous as T | undefined // of what this knows
  }

  /** Takes in at once what all are told who knew the same; whether that could be. */
  takeAll(changes: readonly unknown[]): boolean {
    const to = this.#shared?.after(changes)
    if (to !== undefined) this.#shared = to
    return to !== undefined
  }

  /** Takes a heartbeat in without making an object of it; whether that could be. */
  renew(beat: Heartbeat): boolean {
    const to = this.#shared?.afterBeat(beat)
    if (to !== undefined) this.#shared = to
    return to !== undefined
  }

  /** {@link get}, without making an object of a heartbeat. */
  peek(key: string): Version<T> | undefined {
    return this.#shared === undefined ? this.#own?.get(key) : this.#shared.peek(key)
  }

  /** What the server has listed is what is known now. */
  adopt({ items, snapshot }: KubeList<T>): void {
    this.#shared = snapshot
    this.#own = snapshot === undefined ? new OwnTable(items, this.#queryText) : undefined
  }

  /** For who hears nothing: a state that lies far back would keep all that has changed since. */
  fallBehind(): void {
    if (this.#shared !== undefined && this.#shared.behind > behindMax) this.#apart()
  }

  #apart(): OwnTable<T> {
    this.#own ??= new OwnTable(this.list(), this.#queryText)
    this.#shared = undefined
    return this.#own
  }
}

const behindMax = 1000
const nothing: readonly never[] = []

class OwnTable<T extends KubeObject> {
  readonly #queryText: string
  readonly #objects: Map<string, T>
  readonly #order: KeyOrder
  #listed: readonly T[] | undefined
  /** What was taken in last, after a list: with the query it says what is in the table. */
  #newest: T | undefined

  /** The server lists in the order of keys; who lists the same gets the same list. */
  constructor(items: readonly T[], queryText: string) {
    this.#queryText = queryText
    this.#objects = new Map(items.map((each) => [keyOfObject(each), each]))
    this.#order = new KeyOrder(this.#objects.keys())
    this.#listed = items
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  list(): readonly T[] {
    this.#listed ??= this.#remembered(() => this.#order.keys.map((key) => this.#objects.get(key) as T)) // keys are the table's
    return this.#listed
  }

  take(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): T | undefined {
    const key = keyOfObject(object)
    const previous = this.#objects.get(key)
    if (type === 'DELETED') {
      if (this.#objects.delete(key)) this.#order.remove(key)
    } else {
      this.#objects.set(key, object)
      if (previous === undefined) this.#order.add(key)
    }
    this.#listed = undefined
    this.#newest = object
    return previous
  }

  /** A thousand clients that have seen the same changes hold one list. */
  #remembered(make: () => readonly T[]): readonly T[] {
    if (this.#newest === undefined) return make()
    let lists = listsAfter.get(this.#newest)
    if (lists === undefined) {
      lists = new Map()
      listsAfter.set(this.#newest, lists)
    }
    let list = lists.get(this.#queryText) as readonly T[] | undefined // the query is for Ts
    if (list === undefined) {
      list = make()
      lists.set(this.#queryText, list)
    }
    return list
  }
}

/** By the object that was changed last (each state of an object is a value of its own), then by query. */
const listsAfter = new WeakMap<object, Map<string, readonly unknown[]>>()

/** Of a list that many have got: one for all of them. */
export function allAdded<T extends KubeObject>(items: readonly T[]): readonly InformerChange<T>[] {
  let added = additions.get(items) as readonly InformerChange<T>[] | undefined // of these items
  if (added === undefined) {
    added = items.map((object) => ({ type: 'ADDED' as const, object }))
    additions.set(items, added)
  }
  return added
}

const additions = new WeakMap<readonly unknown[], readonly unknown[]>()
