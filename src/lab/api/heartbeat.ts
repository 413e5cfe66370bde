import { freeze } from '#lab/api/json.ts'
import type { StoreChange, Stored } from '#lab/api/store.ts'

/** What makes an object of a heartbeat, when somebody reads it. */
export interface Renewing {
  /** The version after `base` that says that it was renewed at that time, by the clock of who did. */
  renewed(base: Stored, renewedMs: number): Stored
  /** Takes down that `base` became `made`. */
  note(base: Stored, made: Stored, timeMs: number): void
}

/**
 * A change in which nothing but a time is another, as a node's lease has one every ten seconds. It is a version of its own, stored
 * and told like any other; the object is made when somebody reads it, and most are read by nobody.
 */
export class Heartbeat implements StoreChange {
  readonly type = 'MODIFIED'
  readonly key: string
  readonly revision: number
  readonly timeMs: number
  readonly renewedMs: number
  readonly by: Renewing
  /** The last version that was made. */
  readonly base: Stored
  /** Of the version before this one, where that is not the base. Not the heartbeat, which has one before it. */
  readonly #beforeRevision: number | undefined
  readonly #beforeMs: number
  #object: Stored | undefined

  constructor(
    before: Stored | Heartbeat,
    o: {
      readonly key: string
      readonly revision: number
      readonly timeMs: number
      readonly renewedMs: number
      readonly by: Renewing
    },
  ) {
    this.key = o.key
    this.revision = o.revision
    this.timeMs = o.timeMs
    this.renewedMs = o.renewedMs
    this.by = o.by
    const unmade = before instanceof Heartbeat && before.#object === undefined ? before : undefined
    this.base = unmade?.base ?? (before instanceof Heartbeat ? before.object : before)
    this.#beforeRevision = unmade?.revision
    this.#beforeMs = unmade?.renewedMs ?? 0
  }

  get object(): Stored {
    if (this.#object === undefined) {
      this.#object = this.#made(this.revision, this.renewedMs)
      this.by.note(this.base, this.#object, this.timeMs)
    }
    return this.#object
  }

  get previous(): Stored {
    return this.#beforeRevision === undefined ? this.base : this.#made(this.#beforeRevision, this.#beforeMs)
  }

  #made(revision: number, renewedMs: number): Stored {
    const next = this.by.renewed(this.base, renewedMs)
    return freeze({ ...next, metadata: { ...next.metadata, resourceVersion: String(revision) } })
  }
}

/** A version of an object, whether it was made or not. */
export type Version<T> = T | Heartbeat

/** Its number. */
export const revisionOf = (version: Version<Stored>): number =>
  version instanceof Heartbeat ? version.revision : Number(version.metadata.resourceVersion)
