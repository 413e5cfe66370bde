/** A line of the ring buffer; `timeMs` is that of the lab, however the machine's clock goes. */
export interface KernelLine {
  readonly timeMs: number
  readonly text: string
}

// net.core.message_cost, net.core.message_burst
const burstMs = 5_000
const burstLines = 10

/** The ring buffer of a kernel that runs (`dmesg`): every line goes to the journal, too. */
export class KernelLog {
  readonly #now: () => number
  readonly #journal: (text: string) => void
  readonly #lines: KernelLine[] = []
  /** The network's lines since a moment: those that were written, and those that were left out. */
  #burst = { sinceMs: 0, written: 0, missed: 0 }

  constructor(o: { readonly now: () => number; readonly journal: (text: string) => void }) {
    this.#now = o.now
    this.#journal = o.journal
  }

  get lines(): readonly KernelLine[] {
    return this.#lines
  }

  says(text: string): void {
    this.#lines.push({ timeMs: this.#now(), text })
    this.#journal(text)
  }

  /** A line of the network: ten in five seconds, the others are counted (net/core/utils.c: net_ratelimit). */
  networkSays(text: string): void {
    const nowMs = this.#now()
    if (nowMs - this.#burst.sinceMs >= burstMs) {
      const { missed } = this.#burst
      if (missed > 0) this.says(`net_ratelimit: ${missed} callbacks suppressed`)
      this.#burst = { sinceMs: nowMs, written: 0, missed: 0 }
    }
    if (this.#burst.written < burstLines) {
      this.#burst.written++
      this.says(text)
    } else this.#burst.missed++
  }
}
