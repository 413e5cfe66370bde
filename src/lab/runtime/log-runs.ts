/** Lines with the same code at equal distances. */
interface Run {
  /** Of its first line. */
  readonly index: number
  readonly firstMs: number
  readonly code: number
  /** Of a run of one line: not known yet. */
  periodMs: number
}

/**
 * When each line of a log was written, and a number that says what it is. What is said by the clock again and again is one run, however
 * often: a cluster in which nothing happens for months says the same every minute.
 */
export class LogRuns {
  #runs: Run[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  push(timeMs: number, code: number): void {
    const last = this.#runs.at(-1)
    if (last === undefined || last.code !== code || !goesOn(last, this.#length - last.index, timeMs))
      this.#runs.push({ index: this.#length, firstMs: timeMs, code, periodMs: 0 })
    this.#length++
  }

  /** The caller knows the length. */
  at(index: number): { readonly timeMs: number; readonly code: number } {
    const run = this.#runOf(index)
    return { timeMs: run.firstMs + (index - run.index) * run.periodMs, code: run.code }
  }

  /** Each code with how many lines in a row have it. */
  *codes(): Generator<readonly [code: number, lines: number]> {
    for (const [at, { index, code }] of this.#runs.entries())
      yield [code, (this.#runs[at + 1]?.index ?? this.#length) - index]
  }

  /** Forgets the first lines. */
  drop(count: number): void {
    const kept = Array.from({ length: Math.max(0, this.#length - count) }, (_, at) => this.at(count + at))
    this.#runs = []
    this.#length = 0
    for (const { timeMs, code } of kept) this.push(timeMs, code)
  }

  /** Gives each line another code. */
  recode(codeOf: (code: number) => number): void {
    this.#runs = this.#runs.map((run) => ({ ...run, code: codeOf(run.code) }))
  }

  #runOf(index: number): Run {
    let low = 0
    let high = this.#runs.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#runs[middle] as Run).index <= index) low = middle
      else high = middle
    }
    return this.#runs[low] as Run
  }
}

/** Whether a line at that time is the next of the run, which is so many long: the second one says how far they are apart. */
function goesOn(run: Run, lines: number, timeMs: number): boolean {
  if (lines === 1) run.periodMs = timeMs - run.firstMs
  return timeMs === run.firstMs + lines * run.periodMs
}
