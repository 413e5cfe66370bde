import type { Process, Reader, Writer } from '#lab/host/ports.ts'

export const nowhere: Writer = { write: () => {} }

/** Collects what is written. */
export class Collector implements Writer {
  text = ''
  write(text: string): void {
    this.text += text
  }
}

/** Most programs get nothing to read. */
const ended: Reader = { read: () => Promise.resolve(undefined) }

/** Gives `text` once, then the end. */
export function readerOf(text: string): Reader {
  if (text === '') return ended
  let left: string | undefined = text
  return {
    read: async () => {
      const all = left
      left = undefined
      return all
    },
  }
}

/** Hands complete lines on, without their ends; an unfinished one when flushed. */
export class LineWriter implements Writer {
  readonly #tell: (line: string) => void
  #rest = ''

  constructor(tell: (line: string) => void) {
    this.#tell = tell
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#tell(line)
  }

  flush(): void {
    if (this.#rest !== '') this.#tell(this.#rest)
    this.#rest = ''
  }
}

const nothing = (): void => {}

/**
 * A pipe of unlimited room. Once the reader has gone, `onBroken` is told of each write (a shell ends the writer as
 * SIGPIPE would).
 */
export class Pipe implements Reader, Writer {
  #text = ''
  #closed = false
  #broken = false
  #wake: (() => void) | undefined
  onBroken: () => void = nothing

  write(text: string): void {
    if (this.#broken) {
      this.onBroken()
      return
    }
    if (this.#closed || text === '') return
    this.#text += text
    this.#tell()
  }

  /** No more will be written. */
  close(): void {
    this.#closed = true
    this.#tell()
  }

  /** Nobody reads any more. */
  break(): void {
    this.#broken = true
  }

  async read(by: Process): Promise<string | undefined> {
    if (this.#text === '' && !this.#closed) {
      await by.task.wait<void>((wake) => {
        this.#wake = wake
        return () => {
          this.#wake = undefined
        }
      })
    }
    if (this.#text === '') return undefined
    const text = this.#text
    this.#text = ''
    return text
  }

  #tell(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/** Everything up to the end. */
export async function readAll(p: Process, from: Reader = p.stdin): Promise<string> {
  let all = ''
  for (;;) {
    const text = await from.read(p)
    if (text === undefined) return all
    all += text
  }
}
