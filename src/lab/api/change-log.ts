import type { StoreChange, StoreOptions } from '#lab/api/store.ts'

/** The recent changes of one type, oldest first. */
export class ChangeLog {
  /** Changes up to this revision may be missing. */
  floor = 0
  readonly #options: Required<StoreOptions>
  #changes: StoreChange[] = []
  #start = 0

  constructor(options: Required<StoreOptions>) {
    this.#options = options
  }

  add(change: StoreChange): void {
    this.#changes.push(change)
    while (this.#mayForget(change.timeMs)) {
      this.floor = (this.#changes[this.#start] as StoreChange).revision // inside the bounds that #mayForget saw
      this.#start++
    }
    // Each of them holds a whole object, and the one before.
    if (this.#start > 100 && this.#start * 2 > this.#changes.length) {
      this.#changes = this.#changes.slice(this.#start)
      this.#start = 0
    }
  }

  /** Changes with a revision above `revision`. */
  after(revision: number): readonly StoreChange[] {
    let low = this.#start
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#changes[middle] as StoreChange).revision > revision) high = middle
      else low = middle + 1
    }
    return this.#changes.slice(low)
  }

  #mayForget(nowMs: number): boolean {
    const kept = this.#changes.length - this.#start
    const oldest = this.#changes[this.#start]
    if (oldest === undefined || kept <= this.#options.changesMin) return false
    return kept > this.#options.changesMax || nowMs - oldest.timeMs > this.#options.freshMs
  }
}
