import { reorder } from '#lab/api/key-order.ts'
import type { KubeObject } from '#lab/api/objects.ts'

/** What there is now: the objects of one bucket of the store, by key. */
export class Present<T extends KubeObject = KubeObject> {
  readonly objects = new Map<string, T>()
  /** How often anything in it has changed. */
  changes = 0
  #keys: string[] | undefined

  /** In order. */
  get keys(): readonly string[] {
    this.#keys ??= [...this.objects.keys()].sort()
    return this.#keys
  }

  put(key: string, object: T): void {
    const { size } = this.objects
    this.objects.set(key, object)
    if (this.objects.size > size && this.#keys !== undefined) reorder(this.#keys, key, { isThere: true })
    this.changes++
  }

  delete(key: string): void {
    if (this.objects.delete(key) && this.#keys !== undefined) reorder(this.#keys, key, { isThere: false })
    this.changes++
  }
}

/** A change, and the state after it. */
export interface Step<T extends KubeObject> {
  readonly key: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: T
  readonly previous: T | undefined
  readonly to: Snapshot<T>
}

/**
 * What a bucket of the store held at one moment. Who lists the bucket gets the newest, and goes on to the next with each change that
 * it is told of: a thousand clients that heard the same stand at the same one, and a client that hears nothing keeps what it knew.
 * The store's own objects are not copied: a state that is past finds in the steps after it what has changed since. No state refers
 * back, and no list refers to its state, so those where nobody stands are forgotten.
 */
export class Snapshot<T extends KubeObject = KubeObject> {
  readonly #present: Present<T>
  readonly #at: number
  #next: Step<T> | undefined
  #listed: readonly T[] | undefined

  constructor(present: Present<T>) {
    this.#present = present
    this.#at = present.changes
  }

  /** How many changes there were since. */
  get behind(): number {
    return this.#present.changes - this.#at
  }

  /** For the store, which has made the change already: the state after it. */
  follow({ key, type, object, previous }: Omit<Step<T>, 'to'>): Snapshot<T> {
    const to = new Snapshot<T>(this.#present)
    this.#next = { key, type, object, previous, to }
    return to
  }

  /** The step that this change is; nothing when something else has happened next. */
  step(type: Step<T>['type'], object: T): Step<T> | undefined {
    const next = this.#next
    return next?.object === object && next.type === type ? next : undefined
  }

  get(key: string): T | undefined {
    for (let next = this.#next; next !== undefined; next = next.to.#next)
      if (next.key === key) return next.previous
    return this.#present.objects.get(key)
  }

  /** In the order of keys; the same list for all who ask here. */
  list(): readonly T[] {
    this.#listed ??= Object.freeze(this.#next === undefined ? this.#now() : this.#past())
    return this.#listed
  }

  #now(): readonly T[] {
    const { objects, keys } = this.#present
    return keys.map((key) => objects.get(key) as T) // the order holds present keys
  }

  #past(): readonly T[] {
    const were = new Map<string, T | undefined>()
    for (let next = this.#next; next !== undefined; next = next.to.#next)
      if (!were.has(next.key)) were.set(next.key, next.previous)
    const { objects, keys } = this.#present
    const gone = [...were.keys()].filter((key) => !objects.has(key))
    const all = gone.length === 0 ? keys : [...keys, ...gone].sort()
    return all.flatMap((key) => (were.has(key) ? were.get(key) : objects.get(key)) ?? [])
  }
}
