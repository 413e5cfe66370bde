/**
 * What etcd and the watch cache are to the API server: versioned objects, one revision counter, the recent changes of
 * each type, and who wants to hear of them. Knows nothing of HTTP, kinds or defaulting.
 *
 * Not imitated: transactions over several objects, reads of old revisions (pages are kept as snapshots by the server).
 */

import { ChangeLog } from '#lab/api/change-log.ts'
import { Heartbeat, type Renewing, type Version } from '#lab/api/heartbeat.ts'
import { freeze, type JsonObject } from '#lab/api/json.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { Present, Snapshot, type Step } from '#lab/api/snapshot.ts'
import { tooOld } from '#lab/api/status.ts'

export type Stored = KubeObject & JsonObject

export interface StoreChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** The new state; for DELETED the last one, with the revision of the deletion. */
  readonly object: Stored
  readonly previous?: Stored
  readonly revision: number
  readonly timeMs: number
}

/** Which objects a list or a watch is about. `test` sees what the index has not decided. */
export interface Filter {
  readonly namespace?: string
  readonly name?: string
  /** Pods of one node, found without looking at the others. */
  readonly nodeName?: string
  readonly test?: (object: Stored) => boolean
}

export type Tell = (change: StoreChange) => void

export interface StoreOptions {
  readonly now: () => number
  /**
   * Changes younger than this are kept while there are fewer than `changesMax`; `changesMin` are kept whatever their
   * age: staging:apiserver/pkg/storage/cacher/watch_cache.go (75 s, 100, 102,400; the lab keeps at most 10,000).
   */
  readonly freshMs?: number
  readonly changesMin?: number
  readonly changesMax?: number
  /** The buckets that {@link Store.removeOlder} may ask. Default: none. */
  readonly aging?: readonly string[]
}

interface Watcher {
  /** None: of everything. */
  readonly filter: Filter | undefined
  readonly tell: Tell
}

type Change = Step<Stored>

/** Follows all of a bucket: is told when something has happened, and not again until it has taken that in. */
export class Follower {
  readonly #stir: (by: Follower) => void
  #at: Snapshot<Stored>
  #waits = true

  constructor(at: Snapshot<Stored>, stir: (by: Follower) => void) {
    this.#at = at
    this.#stir = stir
  }

  /** Whether it has taken in all that it was told of. */
  get waits(): boolean {
    return this.#waits
  }

  stir(): void {
    this.#waits = false
    this.#stir(this)
  }

  /** What has happened since the last time; one value for all who take the same. */
  take(): readonly Change[] {
    const { changes, to } = this.#at.since()
    this.#at = to
    this.#waits = true
    return changes
  }

  /** The same of what has happened until a time, included; it is not told of what is left, nor of more, until it has taken all. */
  takeUntil(timeMs: number): readonly Change[] {
    const { changes, to } = this.#at.upTo(timeMs)
    this.#at = to
    this.#waits = to.behind === 0
    return changes
  }
}

interface Bucket {
  readonly present: Present<Stored>
  /** When each was written last, the longest untouched first; of an aging bucket. */
  readonly written: Map<string, number> | undefined
  readonly byNode: Map<string, Set<string>>
  /** What there is now, for those who follow it. */
  snapshot: Snapshot<Stored>
  readonly log: ChangeLog
  readonly attendants: Tell[]
  readonly watchers: Set<Watcher | Follower>
  readonly nodeWatchers: Map<string, Set<Watcher>>
  /** Those of objects of one name, as every kubelet watches its Node. */
  readonly nameWatchers: Map<string, Set<Watcher>>
  nameWatches: number
}

/** The key under which an object is kept: `namespace/name`, or its name alone when it has no namespace. */
export const keyOf = (namespace: string | undefined, name: string): string =>
  namespace === undefined || namespace === '' ? name : `${namespace}/${name}`

/** {@link keyOf}, of an object that is there. */
export const keyOfObject = ({ metadata }: Pick<KubeObject, 'metadata'>): string =>
  keyOf(metadata.namespace, metadata.name)

export class Store {
  readonly #options: Required<StoreOptions>
  readonly #buckets = new Map<string, Bucket>()
  #revision = 1
  #beats = 0

  constructor(options: StoreOptions) {
    this.#options = { freshMs: 75_000, changesMin: 100, changesMax: 10_000, aging: [], ...options }
  }

  /** The revision of the latest write to anything. */
  get revision(): number {
    return this.#revision
  }

  /** How many writes there were that were no heartbeats. */
  get writes(): number {
    return this.#revision - this.#beats
  }

  get(bucket: string, key: string): Stored | undefined {
    return this.#buckets.get(bucket)?.present.get(key)
  }

  /** {@link get}, without making an object of a heartbeat. */
  peek(bucket: string, key: string): Version<Stored> | undefined {
    return this.#buckets.get(bucket)?.present.peek(key)
  }

  /** Matching objects in the order of their keys. */
  list(bucket: string, filter: Filter = {}): readonly Stored[] {
    if (isEverything(filter)) return this.#bucket(bucket).snapshot.list()
    const b = this.#buckets.get(bucket)
    if (b === undefined) return []
    const found: Stored[] = []
    for (const key of candidates(b, filter)) {
      const object = b.present.get(key)
      if (object !== undefined && matches(filter, object)) found.push(object)
    }
    return found
  }

  /** What the bucket holds now, to be followed. */
  snapshot(bucket: string): Snapshot<Stored> {
    return this.#bucket(bucket).snapshot
  }

  /** How many watches a change of this type goes through, those of single nodes' pods left out. */
  audience(bucket: string): number {
    const b = this.#buckets.get(bucket)
    return b === undefined ? 0 : b.watchers.size + b.nameWatches
  }

  /** What {@link list} would have answered at an earlier revision; `undefined` when that is no longer known. */
  listAt(bucket: string, filter: Filter, revision: number): readonly Stored[] | undefined {
    const b = this.#buckets.get(bucket)
    if (b === undefined) return []
    if (revision < b.log.floor) return undefined
    const since = b.log.after(revision)
    if (since.length === 0) return this.list(bucket, filter)
    const objects = b.present.copy()
    for (const { object, previous } of since.toReversed()) {
      const key = keyOfObject(object)
      if (previous === undefined) objects.delete(key)
      else objects.set(key, previous)
    }
    return [...objects.keys()].sort().flatMap((key) => {
      const object = objects.get(key)
      return object !== undefined && matches(filter, object) ? [object] : []
    })
  }

  /** Stores an object under a new revision, frozen, and tells who watches. */
  put(bucket: string, key: string, object: Stored): Stored {
    const b = this.#bucket(bucket)
    const previous = b.present.get(key)
    const revision = ++this.#revision
    const stored = freeze({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(revision) },
    })
    b.present.put(key, stored)
    b.written?.delete(key)
    b.written?.set(key, this.#options.now())
    reindex(b, key, previous, stored)
    const type = previous === undefined ? 'ADDED' : 'MODIFIED'
    const timeMs = this.#options.now()
    b.snapshot = b.snapshot.follow({ key, timeMs, type, object: stored, previous })
    this.#publish(b, {
      type,
      object: stored,
      ...(previous === undefined ? {} : { previous }),
      revision,
      timeMs,
    })
    return stored
  }

  /** Stores the version of an object after `was`, in which nothing but a time is another. Answers the revision. */
  renew(
    bucket: string,
    was: Version<Stored>,
    o: { readonly key: string; readonly renewedMs: number; readonly by: Renewing },
  ): Heartbeat {
    const b = this.#bucket(bucket)
    const revision = ++this.#revision
    this.#beats++
    const { key, renewedMs, by } = o
    const beat = new Heartbeat(was, { key, revision, timeMs: this.#options.now(), renewedMs, by })
    b.present.renew(beat)
    b.snapshot = b.snapshot.follow(beat)
    this.#publish(b, beat)
    return beat
  }

  /** Removes an object; answers its last state. `last` replaces what was stored (metadata of its deletion). */
  remove(bucket: string, key: string, last?: Stored): Stored | undefined {
    const b = this.#bucket(bucket)
    const previous = b.present.get(key)
    if (previous === undefined) return undefined
    const revision = ++this.#revision
    const state = last ?? previous
    const object = freeze({
      ...state,
      metadata: { ...state.metadata, resourceVersion: String(revision) },
    })
    b.present.delete(key)
    b.written?.delete(key)
    reindex(b, key, previous, undefined)
    const timeMs = this.#options.now()
    b.snapshot = b.snapshot.follow({ key, timeMs, type: 'DELETED', object, previous })
    this.#publish(b, { type: 'DELETED', object, previous, revision, timeMs })
    return object
  }

  /** Removes every object whose last write is older than `timeMs`. */
  removeOlder(bucket: string, timeMs: number): void {
    const b = this.#buckets.get(bucket)
    if (b?.written === undefined) return
    for (const [key, writtenMs] of b.written) {
      if (writtenMs >= timeMs) return
      this.remove(bucket, key)
    }
  }

  /**
   * Tells every change after revision `from` that concerns the filter, past ones now, later ones as they happen.
   * An object that enters the filter is ADDED, one that leaves it DELETED. Throws 410 Expired when the past is gone.
   */
  watch(bucket: string, filter: Filter, from: number, tell: Tell): () => void {
    const b = this.#bucket(bucket)
    if (from < b.log.floor) throw tooOld(String(from), b.log.floor)
    for (const change of b.log.after(from)) {
      const seen = asSeenBy(filter, change)
      if (seen !== undefined) tell(seen)
    }
    const watcher: Watcher = { filter: isEverything(filter) ? undefined : filter, tell }
    if (filter.nodeName === undefined && filter.name !== undefined) return watchName(b, filter.name, watcher)
    const set = filter.nodeName === undefined ? b.watchers : setIn(b.nodeWatchers, filter.nodeName)
    set.add(watcher)
    return () => set.delete(watcher)
  }

  /** Tells every change from now on to who belongs to the server itself: before all watches, and not counted among them. */
  attend(bucket: string, tell: Tell): void {
    this.#bucket(bucket).attendants.push(tell)
  }

  /**
   * {@link watch} of a whole bucket for who takes what happens in batches: `tell` is for what has happened after `from`, `stir` says
   * that there is more to take.
   */
  follow(
    bucket: string,
    from: number,
    { tell, stir }: { readonly tell: Tell; readonly stir: (by: Follower) => void },
  ): () => void {
    const { log, watchers, snapshot } = this.#bucket(bucket)
    if (from < log.floor) throw tooOld(String(from), log.floor)
    for (const change of log.after(from)) tell(change)
    const follower = new Follower(snapshot, stir)
    watchers.add(follower)
    return () => watchers.delete(follower)
  }

  #bucket(name: string): Bucket {
    let bucket = this.#buckets.get(name)
    if (bucket === undefined) {
      const present = new Present<Stored>()
      bucket = {
        present,
        snapshot: new Snapshot(present),
        written: this.#options.aging.includes(name) ? new Map() : undefined,
        byNode: new Map(),
        log: new ChangeLog(this.#options),
        attendants: [],
        watchers: new Set(),
        nodeWatchers: new Map(),
        nameWatchers: new Map(),
        nameWatches: 0,
      }
      this.#buckets.set(name, bucket)
    }
    return bucket
  }

  #publish(b: Bucket, change: StoreChange): void {
    b.log.add(change)
    for (const tell of b.attendants) tell(change)
    for (const each of audienceOf(b)) {
      if (each instanceof Follower) each.stir()
      else tellOne(each, change)
    }
    if (b.nameWatches > 0) {
      const named = b.nameWatchers.get(nameOf(change))
      if (named !== undefined) for (const watcher of [...named]) tellOne(watcher, change)
    }
    if (b.nodeWatchers.size === 0) return
    const now = nodeOf(change.object)
    const before = change.previous && nodeOf(change.previous)
    for (const node of now === before ? [now] : [before, now])
      if (node !== undefined)
        for (const watcher of [...(b.nodeWatchers.get(node) ?? [])]) tellOne(watcher, change)
  }
}

/** Whom a change is told: a copy, since telling may start or end watches. Who has not taken in the last one knows that there is more. */
function audienceOf({ watchers }: Bucket): readonly (Watcher | Follower)[] {
  let audience: (Watcher | Follower)[] | undefined
  for (const each of watchers)
    if (!(each instanceof Follower) || each.waits) {
      audience ??= []
      audience.push(each)
    }
  return audience ?? nobody
}

const nobody: readonly never[] = []

function watchName(b: Bucket, name: string, watcher: Watcher): () => void {
  const set = setIn(b.nameWatchers, name)
  set.add(watcher)
  b.nameWatches++
  return () => {
    if (!set.delete(watcher)) return
    b.nameWatches--
    if (set.size === 0 && b.nameWatchers.get(name) === set) b.nameWatchers.delete(name)
  }
}

const nameOf = (change: StoreChange): string =>
  (change instanceof Heartbeat ? change.base : change.object).metadata.name

function tellOne(watcher: Watcher, change: StoreChange): void {
  const seen = watcher.filter === undefined ? change : asSeenBy(watcher.filter, change)
  if (seen !== undefined) watcher.tell(seen)
}

function asSeenBy(filter: Filter, change: StoreChange): StoreChange | undefined {
  const was = change.previous !== undefined && matches(filter, change.previous)
  const is = change.type !== 'DELETED' && matches(filter, change.object)
  if (!was && !is) return undefined
  const type = is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED'
  return type === change.type ? change : { ...change, type }
}

function matches(filter: Filter, object: Stored): boolean {
  if (filter.namespace !== undefined && object.metadata.namespace !== filter.namespace) return false
  if (filter.name !== undefined && object.metadata.name !== filter.name) return false
  if (filter.nodeName !== undefined && nodeOf(object) !== filter.nodeName) return false
  return filter.test === undefined || filter.test(object)
}

function candidates(b: Bucket, filter: Filter): readonly string[] {
  if (filter.name !== undefined && filter.namespace !== undefined)
    return [keyOf(filter.namespace, filter.name)]
  if (filter.nodeName !== undefined) return [...(b.byNode.get(filter.nodeName) ?? [])].sort()
  return b.present.keys
}

/** Whether nothing is left out. */
export const isEverything = ({ namespace, name, nodeName, test }: Filter): boolean =>
  namespace === undefined && name === undefined && nodeName === undefined && test === undefined

// Only pods have spec.nodeName; an EndpointSlice's endpoints name theirs elsewhere.
const nodeOf = (object: Stored): string | undefined =>
  object.kind === 'Pod' ? (object.spec as { nodeName?: string } | undefined)?.nodeName : undefined

function reindex(b: Bucket, key: string, before: Stored | undefined, now: Stored | undefined): void {
  const left = before && nodeOf(before)
  const entered = now && nodeOf(now)
  if (left === entered) return
  if (left !== undefined) b.byNode.get(left)?.delete(key)
  if (entered !== undefined) setIn(b.byNode, entered).add(key)
}

function setIn<T>(map: Map<string, Set<T>>, key: string): Set<T> {
  let set = map.get(key)
  if (set === undefined) {
    set = new Set()
    map.set(key, set)
  }
  return set
}
