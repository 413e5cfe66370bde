/** A line of the ring buffer; `timeMs` is that of the lab, however the machine's clock goes. */
export interface KernelLine {
  readonly timeMs: number
  readonly text: string
}

/** The ring buffer of a kernel that runs (`dmesg`): every line goes to the journal, too. */
export class KernelLog {
  readonly #now: () => number
  readonly #journal: (text: string) => void
  readonly #lines: KernelLine[] = []

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
}
