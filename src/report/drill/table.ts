import { withoutControls } from '#drill/replay/words.ts'
import { wrapped } from '#report/layout.ts'

/**
 * Columns for a terminal, the first row being the head. Where they do not fit across, each row becomes a paragraph of its cells
 * under their heads, so that nothing is cut.
 */
export function table(texts: readonly (readonly string[])[], width: number): readonly string[] {
  const rows = texts.map((row) => row.map((cell) => withoutControls(cell).replace(/\s+/g, ' ')))
  const [head = []] = rows
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const across = widths.reduce((sum, each) => sum + each + 2, -2)
  if (across <= width)
    return rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  const headWidth = Math.min(Math.max(...head.map((each) => each.length)) + 2, Math.floor(width / 2))
  return rows
    .slice(1)
    .flatMap((row, index) => [
      ...(index === 0 ? [] : ['']),
      ...row.flatMap((cell, column) =>
        cell === ''
          ? []
          : wrapped(cell, (head[column] ?? '').slice(0, headWidth - 1).padEnd(headWidth), width),
      ),
    ])
}
