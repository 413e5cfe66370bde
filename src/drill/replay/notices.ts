import type { Notice } from '#drill/replay/types.ts'

/** Collects what is to be said about a text; told in the order of its lines. */
export class Notices {
  readonly #all: Notice[] = []

  add(line: number, message: string): void {
    this.#all.push({ line, message })
  }

  inOrder(): readonly Notice[] {
    return this.#all.toSorted((a, b) => a.line - b.line)
  }
}

/** The beginning of a text, to quote it in one line. */
export const beginningOf = (text: string): string => {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 57)}…` : line
}
