/** Which entry of tmpfiles.d counts, told from all files of a node. */
import { parseTmpfiles } from '#sources/formats/tmpfiles.ts'
import type { ReadRow } from '#sources/reading.ts'

type TmpfilesRow = Extract<ReadRow, { relation: 'tmpfilesEntries' }>

/** Which entry counts is a matter of all files of a node, wherever in the paste they stood. */
export function withWinners(rows: readonly ReadRow[]): readonly ReadRow[] {
  const entries = rows.filter((read) => read.relation === 'tmpfilesEntries')
  if (entries.length < 2) return rows
  const wins = new Map<string, boolean>()
  for (const [node, own] of Map.groupBy(entries, (read) => read.row.node)) {
    const paths = [...new Set(own.map(({ row }) => row.path))]
    for (const row of parseTmpfiles(own.map(tmpfilesLine).join('\n'), paths))
      wins.set(`${node} ${row.file} ${row.path} ${row.kind}`, row.wins)
  }
  return rows.map((read) =>
    read.relation === 'tmpfilesEntries'
      ? { ...read, row: { ...read.row, wins: wins.get(keyOf(read)) ?? read.row.wins } }
      : read,
  )
}

const keyOf = ({ row }: TmpfilesRow): string => `${row.node} ${row.file} ${row.path} ${row.kind}`

const tmpfilesLine = ({ row }: TmpfilesRow): string =>
  `${row.file}:${row.kind} ${row.path} ${row.mode?.toString(8).padStart(4, '0') ?? '-'} ${row.user ?? '-'} ${row.group ?? '-'}`
