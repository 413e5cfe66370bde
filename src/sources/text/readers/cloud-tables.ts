import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { type BoxRow, boxFrom, isFrame } from '#sources/text/readers/boxes.ts'
import { type CloudKind, type CloudTold, ruleKinds } from '#sources/text/readers/cloud-rules.ts'
import { type Cells, cellsOf, columnsOf } from '#sources/text/readers/columns.ts'

/**
 * Lists of workers, security groups, network ACLs and routes, with the headers of `ibmcloud`, `openstack` and `az`.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-kubernetes-service-cli (worker ls)
 * @see https://cloud.ibm.com/docs/vpc?topic=vpc-vpc-reference (security-group-rules, network-acl-rules, vpc-routing-table-routes)
 */
export const cloudTablesReader: Reader = {
  read(source, at, scope) {
    const text = source.lines[at]?.text ?? ''
    if (isFrame(text)) return boxed(source, at, scope)
    if (!/^\s*[A-Z][A-Za-z]*\s/.test(text)) return workersAlone(source, at, scope)
    if (!/\s(?:State|Direction|Next hop)\b/.test(text)) return undefined
    const header = columnsOf(text)
    const kind = kindWith(header.map(({ name }) => name))
    if (kind === undefined) return undefined
    const rows: ReadRow[] = []
    // az draws a line under its header.
    let next = /^[\s-]+$/.test(source.lines[at + 1]?.text ?? 'x') ? at + 2 : at + 1
    for (; next < source.lines.length && !isBlank(source.lines[next]?.text); next++) {
      const cells = cellsOf(header, source.lines[next]?.text ?? '', kind.wide)
      const told = cells === undefined ? undefined : kind.told(cells, scope)
      if (told === undefined) break
      rows.push(placed(told, source, next, scope))
    }
    return rows.length === 0 ? undefined : taken(kind.format, next - at, rows)
  },
}

// Row and relation come from one kind; the union does not follow a spread.
const placed = (told: CloudTold, source: Source, at: number, scope: Scope): ReadRow =>
  ({ ...told, from: place(source, at, scope) }) as ReadRow

const taken = (format: string, lines: number, rows: readonly ReadRow[]): Taken => ({
  lines,
  format,
  rows,
  covered: [...new Set(rows.map(({ relation }) => relation))].map((relation) => ({
    relation,
    coverage: { kind: 'partial' },
  })),
})

const kindWith = (names: readonly string[]): CloudKind | undefined =>
  kinds.find(({ columns }) => columns.every((name) => names.includes(name)))

function boxed(source: Source, at: number, scope: Scope): Taken | undefined {
  const names = (source.lines[at + 1]?.text ?? '').split('|').map((cell) => cell.trim())
  const kind = kindWith(names)
  if (kind === undefined) return undefined
  const { rows, lines } = boxFrom(source, at)
  const [header, ...others] = rows
  const read = others.flatMap((row) => {
    const told = kind.told(cellsUnder(header, row), scope)
    return told === undefined ? [] : [placed(told, source, row.at, scope)]
  })
  return taken(kind.format, lines, read)
}

const cellsUnder = (header: BoxRow | undefined, { cells }: BoxRow): Cells =>
  Object.fromEntries(
    (header?.cells ?? []).flatMap((name, index) => (cells[index] ? [[name, cells[index]] as const] : [])),
  )

const workerRow = (cells: Cells): CloudTold | undefined => {
  const id = cells.ID
  const node = cells['Private IP'] ?? cells['Primary IP']
  if (id === undefined || !/^kube-[\w-]{3,200}$/.test(id) || cells.State === undefined) return undefined
  return {
    relation: 'workers',
    row: {
      id,
      state: cells.State,
      ...(isThere(node) && { node }),
      ...(cells.Status !== undefined && { status: cells.Status }),
      ...(cells.Zone !== undefined && { zone: cells.Zone }),
      ...((cells['Worker Pool'] ?? cells.Pool) && { pool: cells['Worker Pool'] ?? cells.Pool ?? '' }),
      ...(cells.Version !== undefined && { version: cells.Version }),
    },
  }
}

const isThere = (cell: string | undefined): cell is string => cell !== undefined && !/^[-–]$/.test(cell)

const workerLine =
  /^\s*(?<id>kube-[\w-]{3,200})\s+(?:(?:[\d.]{7,15}|-)\s+)?(?<node>[\d.]{7,15}|-)\s+(?<flavor>\S{2,60})\s+(?<state>[a-z][a-z_]{3,30})\s+(?<status>\S.{0,300}?)\s+(?<zone>[a-z]{3}\d{2}|[a-z]{2}-[a-z]{2,10}-\d)\s+(?<version>\d+\.\d+\S{0,40})(?:\s.*)?$/

/** Without a header: rows that somebody picked. */
function workersAlone(source: Source, at: number, scope: Scope): Taken | undefined {
  const rows: ReadRow[] = []
  let next = at
  for (; next < source.lines.length; next++) {
    const m = workerLine.exec(source.lines[next]?.text ?? '')?.groups
    if (m?.id === undefined) break
    const cells = {
      ID: m.id,
      'Private IP': m.node ?? '-',
      State: m.state ?? '',
      Status: m.status ?? '',
      Zone: m.zone ?? '',
      Version: m.version ?? '',
    }
    const told = workerRow(cells)
    if (told !== undefined) rows.push(placed(told, source, next, scope))
  }
  return rows.length === 0 ? undefined : taken(workersFormat, next - at, rows)
}

const workersFormat = 'ibmcloud ks workers'

const kinds: readonly CloudKind[] = [
  { format: workersFormat, columns: ['ID', 'State', 'Status', 'Zone'], wide: ['Status'], told: workerRow },
  ...ruleKinds,
]
