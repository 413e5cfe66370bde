/** `--sort-by`: kubernetes/kubectl:pkg/cmd/get/sorter.go. */
import type { JsonObject } from '#lab/api/json.ts'
import { found } from '#lab/kubectl/jsonpath/find.ts'
import { stepsOf } from '#lab/kubectl/print/columns.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

/** The rows in the order of what the path finds in their objects; those without come first. */
export function sortedBy<T>(
  rows: readonly T[],
  path: string,
  objectOf: (row: T) => JsonObject,
): readonly T[] {
  const steps = stepsOf(path)
  const keyed = rows.map((row) => ({ row, value: found(steps, [objectOf(row)])[0] }))
  if (rows.length > 0 && keyed.every(({ value }) => value === undefined))
    throw new KubectlError(
      `couldn't find any field with path ${JSON.stringify(`{${path.replace(/^\{|\}$/g, '')}}`)} in the list of objects`,
    )
  return keyed.sort((a, b) => compare(a.value, b.value)).map(({ row }) => row)
}

function compare(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return natural(String(a), String(b))
}

/** Digits count as numbers: fvbommel/sortorder. */
function natural(a: string, b: string): number {
  const as = a.match(/\d+|\D+/g) ?? []
  const bs = b.match(/\d+|\D+/g) ?? []
  for (let at = 0; at < Math.min(as.length, bs.length); at++) {
    const [x, y] = [as[at] as string, bs[at] as string] // both have it
    const difference = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0
    if (difference !== 0) return difference
  }
  return as.length - bs.length
}
