import type { Heartbeat, Version } from '#lab/api/heartbeat.ts'
import { KeyOrder } from '#lab/api/key-order.ts'
import type { KubeObject } from '#lab/api/objects.ts'

/** What there is now: the objects of one bucket of the store, by key. */
export class Present<T extends KubeObject = KubeObject> {
  readonly #objects = new Map<string, T>()
  /** Of some of the objects a newer version, which nobody has read yet. */
  readonly #beats = new Map<string, Heartbeat>()
  /** How often anything in it has changed. */
  changes = 0
  #order: KeyOrder | undefined

  /** In order. */
  get keys(): readonly string[] {
    this.#order ??= new KeyOrder(this.#objects.keys())
    return this.#order.keys
  }

  get(key: string): T | undefined {
    const beat = this.#beats.size === 0 ? undefined : this.#beats.get(key)
    return beat === undefined ? this.#objects.get(key) : this.#read(beat)
  }

  has(key: string): boolean {
    return this.#objects.has(key)
  }

  /** {@link get}, without making an object of a heartbeat. */
  peek(key: string): Version<T> | undefined {
    return this.#beats.get(key) ?? this.#objects.get(key)
  }

  /** All of them, to be changed by who asks. */
  copy(): Map<string, T> {
    for (const beat of [...this.#beats.values()]) this.#read(beat)
    return new Map(this.#objects)
  }

  /** A version of an object that is there. */
  renew(beat: Heartbeat): void {
    this.#beats.set(beat.key, beat)
    this.changes++
  }

  #read(beat: Heartbeat): T {
    const object = beat.object as unknown as T // of the bucket that this is of
    this.#beats.delete(beat.key)
    this.#objects.set(beat.key, object)
    return object
  }

  put(key: string, object: T): void {
    const { size } = this.#objects
    this.#beats.delete(key)
    this.#objects.set(key, object)
    if (this.#objects.size > size) this.#order?.add(key)
    this.changes++
  }

  delete(key: string): void {
    this.#beats.delete(key)
    if (this.#objects.delete(key)) this.#order?.remove(key)
    this.changes++
  }
}

interface Moved<T extends KubeObject> {
  readonly key: string
  readonly timeMs: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: T
  readonly previous: T | undefined
}

/** What leads from one state to the next. */
export type Step<T extends KubeObject> = Moved<T> | Heartbeat

/** What has happened since a state. */
export interface Since<T extends KubeObject> {
  readonly changes: readonly Step<T>[]
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
  /** What has led here from the state before. */
  readonly change: Step<T> | undefined
  #next: Snapshot<T> | undefined
  #listed: readonly T[] | undefined
  #since: Since<T> | undefined

  constructor(present: Present<T>, change?: Step<T>) {
    this.#present = present
    this.change = change
    this.#at = present.changes
  }

  /** How many changes there were since. */
  get behind(): number {
    return this.#present.changes - this.#at
  }

  /** For the store, which has made the change already: the state after it. */
  follow(change: Step<T>): Snapshot<T> {
    const to = new Snapshot<T>(this.#present, change)
    this.#next = to
    return to
  }

  /** The state after this change; nothing when something else has happened next. */
  step(type: Moved<T>['type'], object: T): Snapshot<T> | undefined {
    const next = this.#next
    return next?.change?.object === object && next.change.type === type ? next : undefined
  }

  /** The state after a heartbeat, if that is what has happened next. */
  afterBeat(beat: Heartbeat): Snapshot<T> | undefined {
    return this.#next?.change === beat ? this.#next : undefined
  }

  /** All that has changed from here on; the same for all who ask here until there are more. */
  since(): Since<T> {
    if (this.#since === undefined || this.#since.to.#next !== undefined)
      this.#since = this.upTo(Number.POSITIVE_INFINITY)
    return this.#since
  }

  /** The state to which {@link since} said that these lead from here. */
  after(changes: readonly unknown[]): Snapshot<T> | undefined {
    return this.#since?.changes === changes ? this.#since.to : undefined
  }

  /** What has changed from here on until a time, included. */
  upTo(timeMs: number): Since<T> {
    const changes: Step<T>[] = []
    let to: Snapshot<T> = this
    for (let next = to.#next; next?.change !== undefined && next.change.timeMs <= timeMs; next = to.#next) {
      changes.push(next.change)
      to = next
    }
    return { changes, to }
  }

  get(key: string): T | undefined {
    const past = this.#changeOf(key)
    return past === undefined ? this.#present.get(key) : (past.previous as T | undefined)
  }

  /** {@link get}, without making an object of a heartbeat. */
  peek(key: string): Version<T> | undefined {
    return this.#changeOf(key) === undefined ? this.#present.peek(key) : this.get(key)
  }

  /** The first that came after this state. */
  #changeOf(key: string): Step<T> | undefined {
    for (let next = this.#next; next !== undefined; next = next.#next)
      if (next.change?.key === key) return next.change
    return undefined
  }

  /** In the order of keys; the same list for all who ask here. */
  list(): readonly T[] {
    this.#listed ??= Object.freeze(this.#next === undefined ? this.#now() : this.#past())
    return this.#listed
  }

  #now(): readonly T[] {
    return this.#present.keys.map((key) => this.#present.get(key) as T) // the order holds present keys
  }

  #past(): readonly T[] {
    const were = new Map<string, T | undefined>()
    for (let next = this.#next; next?.change !== undefined; next = next.#next)
      if (!were.has(next.change.key)) were.set(next.change.key, next.change.previous as T | undefined)
    const present = this.#present
    const gone = [...were.keys()].filter((key) => !present.has(key))
    const all = gone.length === 0 ? present.keys : [...present.keys, ...gone].sort()
    return all.flatMap((key) => (were.has(key) ? were.get(key) : present.get(key)) ?? [])
  }
}
