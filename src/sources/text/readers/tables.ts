import type { Told } from '#sources/formats/objects/told.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { place, type Reader, type Source, type Taken } from '#sources/text/reader.ts'
import { type Column, cellsOf, headerOf } from '#sources/text/readers/columns.ts'
import { hasLabelColumns } from '#sources/text/readers/label-columns.ts'
import { calicoKinds } from '#sources/text/readers/table-calico.ts'
import { cloudKinds } from '#sources/text/readers/table-cloud.ts'
import { ipamKinds } from '#sources/text/readers/table-ipam.ts'
import type { Around, TableKind } from '#sources/text/readers/table-kinds.ts'
import { kubeKinds } from '#sources/text/readers/table-kube.ts'
import { addressedPods, shapes, shortPods } from '#sources/text/readers/table-shapes.ts'
import { workloadKinds } from '#sources/text/readers/table-workloads.ts'
import { wholeList } from '#sources/text/readers/whole-list.ts'

/**
 * Tables of kubectl and calicoctl. Pods, nodes and DaemonSets are known by the shape of their rows, so that a chat may
 * have squeezed the columns and `| grep calico` the header; everything else by its header, and some rows without it.
 *
 * @see kubernetes/kubernetes:pkg/printers/internalversion/printers.go
 */
export const tablesReader: Reader = {
  read(source, at, scope) {
    const header = headerOf(source.lines[at]?.text ?? '')
    const first = header === undefined ? at : at + 1
    const around = { source, scope }
    const text = source.lines[first]?.text ?? ''
    // Known by their shape, nodes lose the columns that only the header explains.
    const shape = hasLabelColumns(header)
      ? undefined
      : shapes.find(({ rowOf }) => rowOf(text, around) !== undefined)
    if (shape !== undefined) return taken({ ...around, at, first }, shape, shape.rowOf)
    const kind = header === undefined ? undefined : kindWith(header)
    if (header !== undefined && kind !== undefined)
      return taken({ ...around, at, first }, kind, (line) => headedRow(line, { header, kind, around }))
    const bare = [...kinds, shortPods, addressedPods].find(
      (each) => bareRow(text, each, around) !== undefined,
    )
    if (bare !== undefined)
      return taken({ ...around, at, first }, bare, (line) => bareRow(line, bare, around))
    return header === undefined ? undefined : unknownTable(source, at)
  },
}

type RowOf = (line: string, around: Around) => readonly Told[] | undefined

const kinds: readonly TableKind[] = [
  ...kubeKinds,
  ...calicoKinds,
  ...ipamKinds,
  ...cloudKinds,
  ...workloadKinds,
]

function kindWith(header: readonly Column[]): TableKind | undefined {
  const names = new Set(header.map(({ name }) => name))
  return kinds.find(
    ({ columns, not = [] }) =>
      columns.length > 0 && columns.every((name) => names.has(name)) && !not.some((name) => names.has(name)),
  )
}

interface Headed {
  readonly header: readonly Column[]
  readonly kind: TableKind
  readonly around: Around
}

function headedRow(line: string, { header, kind, around }: Headed): readonly Told[] | undefined {
  const cells = isBlank(line) ? undefined : cellsOf(header, line, kind.wide)
  return cells === undefined ? undefined : kind.rowsOf(cells, around)
}

function bareRow(line: string, { bare, rowsOf }: TableKind, around: Around): readonly Told[] | undefined {
  const match = bare?.pattern.exec(line)
  if (bare === undefined || !match) return undefined
  const cells = bare.columns.flatMap((name, index) => {
    const cell = match[index + 1]
    return cell === undefined ? [] : [[name, cell] as const]
  })
  return rowsOf(Object.fromEntries(cells), around)
}

interface Table extends Around {
  readonly at: number
  readonly first: number
}

/** The rows from the first on, as long as they are rows of this table. */
function taken(
  table: Table,
  { format, relation }: Pick<TableKind, 'format' | 'relation'>,
  rowOf: RowOf,
): Taken | undefined {
  const { source, scope, at, first } = table
  const rows: ReadRow[] = []
  let next = first
  for (; next < source.lines.length; next++) {
    const told = rowOf(source.lines[next]?.text ?? '', table)
    if (told === undefined) break
    const from = place(source, next, scope)
    // Row and relation come from one reader; the union does not follow a spread.
    rows.push(...told.map((each) => ({ ...each, from }) as ReadRow))
  }
  if (next === first) return unknownTable(source, at)
  const whole = first === at ? undefined : wholeList({ source, scope, at, end: next }, rows)
  const covered = new Set([...(relation === undefined ? [] : [relation]), ...rows.map((row) => row.relation)])
  return {
    lines: next - at,
    format,
    rows,
    covered: [...covered].map((name) => ({
      relation: name,
      coverage: { kind: name === whole ? 'complete' : 'partial' },
    })),
  }
}

/** Counted, not guessed at. */
function unknownTable(source: Source, at: number): Taken {
  let next = at + 1
  while (next < source.lines.length && !isBlank(source.lines[next]?.text) && next - at < 5000) next++
  return { lines: next - at, format: 'a table of kubectl', rows: [], notUnderstood: next - at - 1 }
}
