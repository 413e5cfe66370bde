import { etcdRows } from '#sources/formats/etcd-paths.ts'
import { hidden, isSecret } from '#sources/formats/objects/flatten.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'
import { objectRows } from '#sources/text/readers/object-rows.ts'

/** Keys of Calico's etcd datastore: `etcdctl get` prints the value below its key, people write `key = value`. */
export const etcdKeysReader: Reader = {
  read(source, at, scope) {
    const rows: ReadRow[] = []
    let next = at
    for (;;) {
      const entry = entryAt(source, next)
      if (entry === undefined) break
      rows.push(...rowsOf(entry, { source, at: next, scope }))
      next += entry.lines
    }
    if (next === at) return undefined
    return {
      lines: next - at,
      format: 'keys of Calico in etcd',
      rows,
      notUnderstood: rows.length === 0 ? next - at : 0,
      covered: [...new Set(rows.map(({ relation }) => relation))].map((relation) => ({
        relation,
        coverage: { kind: 'partial' },
      })),
    }
  },
}

interface Entry {
  readonly key: string
  readonly value: string
  readonly lines: number
}

const keyLine =
  /^\s*(?<key>\/calico\/(?:bgp\/v1|v1|ipam\/v2|resources\/v3)\/[\w./:-]{1,300})(?:\s*(?:=|:|->)\s+(?<value>\S.*)|\s+(?<object>\{.*))?$/

function entryAt(source: Source, at: number): Entry | undefined {
  const m = keyLine.exec(source.lines[at]?.text ?? '')?.groups
  if (m?.key === undefined) return undefined
  const value = m.value ?? m.object
  if (value !== undefined) return { key: m.key, value, lines: 1 }
  const below = source.lines[at + 1]?.text ?? ''
  const isValue = !isBlank(below) && !below.trim().startsWith('/') && !/^\s*[A-Z]\S* \S+ /.test(below)
  return { key: m.key, value: isValue ? below.trim() : '', lines: isValue ? 2 : 1 }
}

interface At {
  readonly source: Source
  readonly at: number
  readonly scope: Scope
}

function rowsOf({ key, value }: Entry, { source, at, scope }: At): readonly ReadRow[] {
  const from = place(source, at, scope, {
    quote: isSecret(key) ? `${key} = ${hidden}` : value === '' ? key : `${key} = ${value}`,
  })
  const { rows, object } = etcdRows(key, value)
  // Row and relation come from one reader; the union does not follow a spread.
  const own = rows.map((one) => ({ ...one, from }) as ReadRow)
  return object === undefined ? own : [...own, ...objectRows(object, { source, scope, from }).rows]
}
