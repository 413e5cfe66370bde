import type { Process, Reader, Writer } from '#lab/host/ports.ts'

/** What a command reads and writes: standard streams and further descriptors. `exec` with redirections changes it. */
export interface Io {
  stdin: LineReader
  stdout: Writer
  stderr: Writer
  more: ReadonlyMap<number, Writer>
}

/** A reader of which single lines can be taken; the rest stays for whoever reads next. */
export class LineReader implements Reader {
  readonly terminal: boolean
  readonly #from: Reader
  #rest = ''
  #ended = false

  constructor(from: Reader) {
    this.#from = from
    this.terminal = from.terminal === true
  }

  static of(from: Reader): LineReader {
    return from instanceof LineReader ? from : new LineReader(from)
  }

  async read(by: Process): Promise<string | undefined> {
    if (this.#rest === '') return this.#ended ? undefined : this.#next(by)
    const text = this.#rest
    this.#rest = ''
    return text
  }

  /** One line without its end; `complete` is false when the input ended first. */
  async line(by: Process): Promise<{ readonly text: string; readonly complete: boolean }> {
    for (;;) {
      const end = this.#rest.indexOf('\n')
      if (end >= 0) {
        const text = this.#rest.slice(0, end)
        this.#rest = this.#rest.slice(end + 1)
        return { text, complete: true }
      }
      const more = await this.#next(by)
      if (more !== undefined) {
        this.#rest += more
        continue
      }
      const text = this.#rest
      this.#rest = ''
      return { text, complete: false }
    }
  }

  async #next(by: Process): Promise<string | undefined> {
    if (this.#ended) return undefined
    const text = await this.#from.read(by)
    if (text === undefined) this.#ended = !this.terminal // Ctrl-D ends one read of a terminal only
    return text
  }
}
