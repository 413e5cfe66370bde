import type { Source } from '#sources/text/reader.ts'

/** Tables in a frame of `+`, `-` and `|`, as calicoctl and openstack draw them. */
export interface BoxRow {
  /** Index of its first line. */
  readonly at: number
  readonly cells: readonly string[]
}

export const isFrame = (line: string): boolean => /^\s*\+[-=+]{3,}/.test(line)

const isBoxed = (line: string): boolean => /^\s*\|.*\|/.test(line)

/** Rows from line `at` on, with the cells of wrapped rows joined, and how many lines they and their frame take. */
export function boxFrom(
  source: Source,
  at: number,
): { readonly rows: readonly BoxRow[]; readonly lines: number } {
  const rows: { at: number; cells: readonly string[] }[] = []
  let next = at
  for (; next < source.lines.length; next++) {
    const text = source.lines[next]?.text ?? ''
    if (isFrame(text)) continue
    if (!isBoxed(text)) break
    const cells = cellsOf(text)
    const last = rows.at(-1)
    // A wrapped cell goes on in the next row of the table.
    if (cells[0] === '' && last !== undefined && last.cells.length === cells.length)
      last.cells = last.cells.map((cell, index) => `${cell} ${cells[index] ?? ''}`.trim())
    else rows.push({ at: next, cells })
  }
  return { rows, lines: next - at }
}

const cellsOf = (line: string): readonly string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())
