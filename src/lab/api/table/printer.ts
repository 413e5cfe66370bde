/** How a type is shown as rows. */
import type { JsonObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'

export interface Column {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: number
}

export type Cell = string | number | boolean | null

export interface Printer {
  readonly columns: readonly Column[]
  readonly cells: (object: Stored, nowMs: number) => readonly Cell[]
  readonly conditions?: (object: Stored) => readonly JsonObject[] | undefined
}

const formats: Readonly<Record<string, string>> = { Name: 'name' }

/**
 * Columns by name: a trailing `*` is shown by `-o wide` only, `#` marks whole numbers.
 * Names are those of pkg/printers/internalversion/printers.go.
 */
export const columns = (...names: readonly string[]): readonly Column[] =>
  names.map((text) => {
    const name = text.replace(/[*#]+$/, '')
    return {
      name,
      type: text.includes('#') ? 'integer' : 'string',
      format: formats[name] ?? '',
      description: '',
      priority: text.endsWith('*') ? 1 : 0,
    }
  })

export const none = '<none>'

/** `a=b,c=d`, or `<none>`. */
export function pairs(map: JsonObject): string {
  const entries = Object.entries(map)
  if (entries.length === 0) return none
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')
}
