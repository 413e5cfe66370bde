/** How calicoctl prints resources. */
import { stringify } from 'yaml'
import { isObject } from '#lab/api/json.ts'
import type { Options } from '#lab/calico/calicoctl/options.ts'

/** As YAML or JSON; several as a list. */
export function documents(
  kind: string,
  items: readonly Record<string, unknown>[],
  o: Options,
  single: boolean,
): string {
  const shown = o.exportOnly ? items.map(exported) : items
  const value = single
    ? shown[0]
    : { apiVersion: 'projectcalico.org/v3', kind: `${kind}List`, metadata: {}, items: shown }
  return o.output === 'json'
    ? `${JSON.stringify(value, undefined, 2)}\n`
    : stringify(value, { sortMapEntries: true, lineWidth: 0, indentSeq: false })
}

/** Without what belongs to one cluster only. */
function exported(item: Record<string, unknown>): Record<string, unknown> {
  const metadata = isObject(item['metadata']) ? item['metadata'] : {}
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...kept } = metadata
  return { ...item, metadata: { ...kept, creationTimestamp: null } }
}

/** Go's tabwriter with a padding of three: every cell is followed by spaces, the last one too. */
export function tabbed(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(5, ...rows.map((row) => (row[at]?.length ?? 0) + 3)))
  return rows.map((row) => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('')}\n`).join('')
}
