import type { Notice } from '#drill/replay/types.ts'

/** Finds where in a scenario's file something stands, so that what is said of it has a line. */
export class Places {
  readonly #lines: readonly string[]

  constructor(text: string) {
    this.#lines = text.split(/\r?\n/)
  }

  /** A key of the front matter, at any depth: of `strike.mode` its last word below its first. */
  key(path: string): number {
    const end = this.#lines.indexOf('---', 1)
    const keys = path.split('.')
    let from = 0
    for (const key of keys) {
      const at = this.#find(new RegExp(`^[\\s-]*${key}:`), { from, to: end })
      if (at === undefined) break
      from = at
    }
    return from + 1
  }

  round(number: number): number {
    return (this.#find(new RegExp(`^##\\s+Round ${number}\\b`, 'i')) ?? 0) + 1
  }

  /** Where a choice is offered. */
  choice(number: number, letter: string): number {
    return this.#within(number, new RegExp(`^\\s*[-*]\\s+${letter}\\)`))
  }

  /** What follows from a choice. */
  branch(number: number, letter: string): number {
    return this.#within(number, new RegExp(`^###\\s+If you chose ${letter}\\b`, 'i'))
  }

  action(number: number, index: number): number {
    return this.#within(number, new RegExp(`^\\s*${index}\\.\\s`))
  }

  /** The first line of a round that has these words; else its head. */
  words(number: number, words: RegExp): number {
    return this.#within(number, words)
  }

  handsOn(): number {
    return (this.#find(/^##\s+Hands-on\b/i) ?? 0) + 1
  }

  #within(number: number, pattern: RegExp): number {
    const head = this.round(number) - 1
    const next = this.#find(/^##\s/, { from: head + 1 }) ?? this.#lines.length
    return (this.#find(pattern, { from: head, to: next }) ?? head) + 1
  }

  #find(
    pattern: RegExp,
    { from = 0, to = this.#lines.length }: { readonly from?: number; readonly to?: number } = {},
  ): number | undefined {
    const at = this.#lines.slice(from, to).findIndex((line) => pattern.test(line))
    return at < 0 ? undefined : from + at
  }
}

export const note = (line: number, message: string): Notice => ({ line, message })
