/** The server's tables as lines: kubernetes/cli-runtime:pkg/printers/tableprinter.go. */
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { age } from '#lab/api/table/age.ts'
import { metadataOf, nameOf, namespaceOf } from '#lab/kubectl/client.ts'

export interface TableView {
  readonly wide: boolean
  readonly namespace: boolean
  readonly headers: boolean
  readonly showLabels: boolean
  readonly labelColumns: readonly string[]
  /** `deployment.apps`, put before names. */
  readonly kind?: string
}

export interface Row {
  readonly cells: readonly unknown[]
  readonly object: JsonObject
}

export interface Column {
  readonly name: string
  readonly wide: boolean
}

export interface Table {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** A Table of the server; an object or a list that it gave instead has the columns that everything has. */
export function tableOf(answer: JsonObject, nowMs: number): Table {
  if (answer['kind'] !== 'Table') return plainTable(answer, nowMs)
  return {
    columns: asList(answer['columnDefinitions']).map((column) => ({
      name: asText(asObject(column)['name']) ?? '',
      wide: Number(asObject(column)['priority'] ?? 0) > 0,
    })),
    rows: asList(answer['rows']).map((row) => ({
      cells: asList(asObject(row)['cells']),
      object: asObject(asObject(row)['object']),
    })),
  }
}

/** NAME and AGE, as `--server-print=false` shows everything. */
export function plainTable(answer: JsonObject, nowMs: number): Table {
  const objects = Array.isArray(answer['items']) ? asList(answer['items']).filter(isObject) : [answer]
  return {
    columns: [
      { name: 'Name', wide: false },
      { name: 'Age', wide: false },
    ],
    rows: objects.map((object) => ({
      cells: [nameOf(object), age(metadataOf(object)['creationTimestamp'], nowMs)],
      object,
    })),
  }
}

/** Its lines, cells apart by tabs. */
export function tableLines({ columns, rows }: Table, view: TableView): readonly string[] {
  const shown = columns.map(({ wide }, at) => ({ wide, at })).filter(({ wide }) => view.wide || !wide)
  const head = [
    ...(view.namespace ? ['NAMESPACE'] : []),
    ...shown.map(({ at }) => (columns[at]?.name ?? '').toUpperCase()),
    ...view.labelColumns.map((label) => (label.split('/').at(-1) ?? '').toUpperCase()),
    ...(view.showLabels ? ['LABELS'] : []),
  ]
  const lines = rows.map(({ cells, object }) => {
    const values = shown.map(({ at }, place) => {
      const text = cellText(cells[at])
      return place === 0 && view.kind !== undefined ? `${view.kind}/${text}` : text
    })
    return [
      ...(view.namespace ? [namespaceOf(object) ?? ''] : []),
      ...values,
      ...labelCells(object, view),
    ].join('\t')
  })
  return view.headers ? [head.join('\t'), ...lines] : lines
}

function labelCells(object: JsonObject, { labelColumns, showLabels }: TableView): readonly string[] {
  const labels = asObject(metadataOf(object)['labels'])
  const chosen = labelColumns.map((label) => asText(labels[label]) ?? '<none>')
  return showLabels ? [...chosen, labelsText(labels)] : chosen
}

/** `a=1,b=2`; `<none>` for none. */
export function labelsText(labels: JsonObject): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${String(labels[key])}`)
  return pairs.length === 0 ? '<none>' : pairs.join(',')
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  const line = text.split(/[\n\r\f]/)[0] ?? ''
  return line === text ? text : `${line}...`
}
