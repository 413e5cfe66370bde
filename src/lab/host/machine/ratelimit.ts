// torvalds/linux:include/linux/ratelimit_types.h: DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST
const intervalMs = 5_000
const burst = 10

/**
 * What a kernel lets one of its parts say: ten lines in five seconds. How many were left out is said before the next, in the name of
 * the function that held them back (torvalds/linux:lib/ratelimit.c).
 */
export class Ratelimit {
  readonly #name: string
  readonly #now: () => number
  readonly #says: (text: string) => void
  #sinceMs = Number.NEGATIVE_INFINITY
  #said = 0
  #missed = 0

  constructor(name: string, o: { readonly now: () => number; readonly says: (text: string) => void }) {
    this.#name = name
    this.#now = o.now
    this.#says = o.says
  }

  says(text: string): void {
    const nowMs = this.#now()
    if (nowMs - this.#sinceMs >= intervalMs) {
      if (this.#missed > 0) this.#says(`${this.#name}: ${this.#missed} callbacks suppressed`)
      this.#sinceMs = nowMs
      this.#said = 0
      this.#missed = 0
    }
    if (this.#said < burst) {
      this.#said++
      this.#says(text)
    } else this.#missed++
  }
}
