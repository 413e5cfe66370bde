/** Rows of custom resources and of types without a printer. */
import { asList, isObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'
import { age } from '#lab/api/table/age.ts'
import type { Cell, Column, Printer } from '#lab/api/table/printer.ts'
import type { PrinterColumn } from '#lab/api/types/resource-def.ts'

const nameColumn: Column = { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 }

/** Types that no printer knows: staging:apiserver/pkg/registry/rest/table.go. */
export const plainPrinter: Printer = {
  columns: [nameColumn, { name: 'Created At', type: 'date', format: '', description: '', priority: 0 }],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp],
}

const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** staging:apiextensions-apiserver/pkg/registry/customresource/tableconvertor/tableconvertor.go */
export function customPrinter(own: readonly PrinterColumn[]): Printer {
  const shown = own.length === 0 ? [ageColumn] : own
  return {
    columns: [
      nameColumn,
      ...shown.map((column) => ({
        name: column.name,
        type: column.type,
        format: column.format ?? '',
        description:
          column.description ?? `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
        priority: column.priority ?? 0,
      })),
    ],
    cells: (object, nowMs) => [object.metadata.name, ...shown.map((column) => cell(object, column, nowMs))],
  }
}

function cell(object: Stored, { jsonPath, type }: PrinterColumn, nowMs: number): Cell {
  const [value] = find([object], steps(jsonPath))
  if (value === undefined) return null
  // What Go's templates print for nil.
  if (value === null) return type === 'string' ? '<no value>' : null
  if (type === 'date') return age(value, nowMs)
  if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value)
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** The steps of `.status.conditions[?(@.type=="Ready")].status`, `.spec.list[0]`, `.metadata.labels['a\.b']`. */
const steps = (path: string): readonly string[] => path.match(/\[\?\(.*?\)\]|\[[^\]]*\]|[^.[\]]+/g) ?? []

const filterForm = /^\[\?\(@\.([^=]+?)\s*==\s*["'](.*)["']\)\]$/

function find(values: readonly unknown[], [step, ...rest]: readonly string[]): readonly unknown[] {
  if (step === undefined) return values
  return find(
    values.flatMap((value) => within(value, step)),
    rest,
  )
}

function within(value: unknown, step: string): readonly unknown[] {
  const filter = filterForm.exec(step)
  if (filter)
    return asList(value)
      .filter(isObject)
      .filter((item) => item[filter[1] ?? ''] === filter[2])
  if (step === '[*]') return asList(value)
  const bracket = /^\[(.*)\]$/.exec(step)?.[1]?.replace(/^['"]|['"]$/g, '')
  if (bracket !== undefined && /^\d+$/.test(bracket))
    return asList(value).slice(Number(bracket), Number(bracket) + 1)
  const key = (bracket ?? step).replaceAll('\\.', '.')
  return isObject(value) && value[key] !== undefined ? [value[key]] : []
}
