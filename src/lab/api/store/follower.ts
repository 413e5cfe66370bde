import type { Snapshot, Step } from '#lab/api/snapshot.ts'
import type { Stored } from '#lab/api/store.ts'

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
