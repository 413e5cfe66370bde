import { resolve } from 'node:path'
import { type KeptRecord, recordsFolder, recordsIn } from '#app/drill-records.ts'
import type { Io } from '#cli/io.ts'

/** Who played what, and how well: the games of a person, or of a team whose folders were put together. */
export function report(
  { folder, output }: { readonly folder?: string; readonly output: 'text' | 'json' },
  io: Io,
): number {
  const kept = recordsIn(folder === undefined ? recordsFolder(io.env) : resolve(io.cwd, folder))
  const rows = kept.map(rowOf)
  io.stdout.write(output === 'json' ? `${JSON.stringify(rows, null, 2)}\n` : table(rows))
  return 0
}

const rowOf = ({ path, record: { who, drill, endedAt, score, moves } }: KeptRecord) => ({
  who,
  drill,
  endedAt,
  points: score.points,
  moves: moves
    .map((each) => (each.move === 'choose' ? each.letter : each.move === 'act' ? `${each.number}` : '.'))
    .join(''),
  path,
})

function table(rows: readonly ReturnType<typeof rowOf>[]): string {
  if (rows.length === 0) return 'no drill has been played yet: ninelives drill list\n'
  const cells = [
    ['WHO', 'DRILL', 'ENDED', 'POINTS', 'MOVES'],
    ...rows.map(({ who, drill, endedAt, points, moves }) => [
      who,
      drill,
      endedAt.slice(0, 16),
      `${points}`,
      moves,
    ]),
  ]
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  )
  return `${cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`
}
