import type { RelationName } from '#cluster/relations.ts'
import type { Told } from '#sources/formats/objects/told.ts'
import type { Scope, Source } from '#sources/text/reader.ts'
import type { Cells } from '#sources/text/readers/columns.ts'

export interface Around {
  readonly source: Source
  readonly scope: Scope
}

/** One printer of tables: by which columns its header is known, and what its rows tell. */
export interface TableKind {
  readonly format: string
  /** A header with all of these is its. */
  readonly columns: readonly string[]
  /** … unless it has one of these. */
  readonly not?: readonly string[]
  /** Columns whose words have blanks in them. */
  readonly wide?: readonly string[]
  /** What is partly covered by such a table. */
  readonly relation?: RelationName
  /** A row that is known without its header: one group per column. */
  readonly bare?: { readonly pattern: RegExp; readonly columns: readonly string[] }
  /** Undefined for a line that is no row of this table; an empty list for a row that tells nothing. */
  readonly rowsOf: (cells: Cells, around: Around) => readonly Told[] | undefined
}

export const namespaceOf = (cells: Cells, { scope }: Around): string =>
  cells.NAMESPACE ?? scope.namespace ?? ''

/** The object's name, without the resource that `kubectl get all` puts before it. */
export function nameOf(cells: Cells): string | undefined {
  const name = (cells.NAME ?? '').replace(/^[a-z]{2,40}(?:\.[a-z0-9.-]{1,80})?\//, '')
  return /^[a-z0-9][a-z0-9.:-]{0,252}$/.test(name) ? name : undefined
}

/** A cell that holds something: not `<none>`, `<unset>`, `<unknown>`, `-`. */
export const filledCell = (cell: string | undefined): string | undefined =>
  cell === undefined || /^(?:<\w+>|-|none)$/.test(cell) ? undefined : cell

/** `a,b + 2 more...` */
export const listOf = (cell: string | undefined): readonly string[] =>
  (filledCell(cell) ?? '')
    .replace(/\s*\+ \d+ more\.\.\.$/, '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
