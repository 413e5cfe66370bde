/**
 * Go's text/tabwriter: cells end with a tab, a column is as wide as its widest cell in consecutive lines; the last cell of a
 * line belongs to no column.
 */
export interface TabOptions {
  readonly minWidth: number
  readonly padding: number
}

/** Of `kubectl get`: kubernetes/cli-runtime:pkg/printers/tabwriter.go. */
export const listTabs: TabOptions = { minWidth: 6, padding: 3 }

/** Of `kubectl describe`. */
export const describeTabs: TabOptions = { minWidth: 0, padding: 2 }

/** Lines with tabs between cells, aligned. */
export function aligned(lines: readonly string[], o: TabOptions): readonly string[] {
  const cells = lines.map((line) => line.split('\t'))
  const widths = cells.map((): number[] => [])
  measure(cells, widths, { from: 0, to: cells.length, column: 0, ...o })
  return cells.map((row, at) => row.map((cell, column) => cell.padEnd(widths[at]?.[column] ?? 0)).join(''))
}

interface Block extends TabOptions {
  readonly from: number
  readonly to: number
  readonly column: number
}

/** Sets the width of `column`, and of those to its right, in each run of lines that have it. */
function measure(cells: readonly string[][], widths: number[][], block: Block): void {
  const has = (at: number): boolean => at < block.to && block.column < (cells[at]?.length ?? 0) - 1
  for (let at = block.from; at < block.to; at++) {
    if (!has(at)) continue
    const from = at
    let width = block.minWidth
    for (; has(at); at++)
      width = Math.max(width, [...(cells[at]?.[block.column] ?? '')].length + block.padding)
    for (let line = from; line < at; line++) widths[line]?.push(width)
    measure(cells, widths, { ...block, from, to: at, column: block.column + 1 })
  }
}
