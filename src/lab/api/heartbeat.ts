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
  /** The version before this one, where that is not the base. */
  readonly #before: { readonly revision: number; readonly renewedMs: number } | undefined
  #object: Stored | undefined

  constructor(
    key: string,
    before: Stored | Heartbeat,
    o: {
      readonly revision: number
      readonly timeMs: number
      readonly renewedMs: number
      readonly by: Renewing
    },
  ) {
    this.key = key
    this.revision = o.revision
    this.timeMs = o.timeMs
    this.renewedMs = o.renewedMs
    this.by = o.by
    if (before instanceof Heartbeat && before.#object === undefined) {
      this.base = before.base
      this.#before = { revision: before.revision, renewedMs: before.renewedMs } // not the heartbeat, which has one before it
    } else this.base = before instanceof Heartbeat ? before.object : before
  }

  get object(): Stored {
    if (this.#object === undefined) {
      this.#object = this.#made(this)
      this.by.note(this.base, this.#object, this.timeMs)
    }
    return this.#object
  }

  get previous(): Stored {
    return this.#before === undefined ? this.base : this.#made(this.#before)
  }

  #made({ revision, renewedMs }: { readonly revision: number; readonly renewedMs: number }): Stored {
    const next = this.by.renewed(this.base, renewedMs)
    return freeze({ ...next, metadata: { ...next.metadata, resourceVersion: String(revision) } })
  }
}

/** A version of an object, whether it was made or not. */
export type Version<T> = T | Heartbeat

/** Its number. */
export const revisionOf = (version: Version<Stored>): number =>
  version instanceof Heartbeat ? version.revision : Number(version.metadata.resourceVersion)
