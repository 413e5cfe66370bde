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
import { Present, Snapshot } from '#lab/api/snapshot.ts'
import { tooOld } from '#lab/api/status.ts'
import { asSeenBy, type Filter, isEverything, matches, nodeOf } from '#lab/api/store/filter.ts'
import { Follower } from '#lab/api/store/follower.ts'
import { setIn, Watchers } from '#lab/api/store/watchers.ts'

export type Stored = KubeObject & JsonObject

export interface StoreChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** The new state; for DELETED the last one, with the revision of the deletion. */
  readonly object: Stored
  readonly previous?: Stored
  readonly revision: number
  readonly timeMs: number
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

interface Bucket {
  readonly present: Present<Stored>
  /** When each was written last, the longest untouched first; of an aging bucket. */
  readonly written: Map<string, number> | undefined
  readonly byNode: Map<string, Set<string>>
  /** What there is now, for those who follow it. */
  snapshot: Snapshot<Stored>
  readonly log: ChangeLog
  readonly watchers: Watchers
}

/** The key under which an object is kept: `namespace/name`, or its name alone when it has no namespace. */
export const keyOf = (namespace: string | undefined, name: string): string =>
  namespace === undefined || namespace === '' ? name : `${namespace}/${name}`

/** {@link keyOf}, of an object that is there. */
export const keyOfObject = ({ metadata }: Pick<KubeObject, 'metadata'>): string =>
  keyOf(metadata.namespace, metadata.name)

export class Store {
  /** Told before anything but a heartbeat is stored or removed. */
  beforeWrite: (bucket: string) => void = () => {}
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
    return b === undefined ? 0 : b.watchers.size
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
    this.beforeWrite(bucket)
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
    this.beforeWrite(bucket)
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
    return b.watchers.add(filter, tell)
  }

  /** Tells every change from now on to who belongs to the server itself: before all watches, and not counted among them. */
  attend(bucket: string, tell: Tell): void {
    this.#bucket(bucket).watchers.attend(tell)
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
    return watchers.follow(new Follower(snapshot, stir))
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
        watchers: new Watchers(),
      }
      this.#buckets.set(name, bucket)
    }
    return bucket
  }

  #publish(b: Bucket, change: StoreChange): void {
    b.log.add(change)
    b.watchers.tell(change)
  }
}

function candidates(b: Bucket, filter: Filter): readonly string[] {
  if (filter.name !== undefined && filter.namespace !== undefined)
    return [keyOf(filter.namespace, filter.name)]
  if (filter.nodeName !== undefined) return [...(b.byNode.get(filter.nodeName) ?? [])].sort()
  return b.present.keys
}

function reindex(b: Bucket, key: string, before: Stored | undefined, now: Stored | undefined): void {
  const left = before && nodeOf(before)
  const entered = now && nodeOf(now)
  if (left === entered) return
  if (left !== undefined) b.byNode.get(left)?.delete(key)
  if (entered !== undefined) setIn(b.byNode, entered).add(key)
}
