/**
 * Sets of fields as metadata.managedFields writes them: `f:spec` a field, `k:{"name":"x"}` an item by its keys, `v:"x"` an item of a
 * set, `.` the value itself. structured-merge-diff fieldpath/{set,serialize}.go. Trees are never changed, only made anew.
 *
 * Within this folder a value that is a member always carries its `.`; only {@link written} leaves it out where nothing is below.
 */
import { isObject, type JsonObject } from '#lab/api/json.ts'

export interface FieldSet {
  readonly [element: string]: FieldSet
}

export const nothing: FieldSet = {}
/** A value that is a member, with nothing below. */
export const member: FieldSet = { '.': nothing }

export const isEmpty = (set: FieldSet): boolean => Object.keys(set).length === 0

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a
  if (isEmpty(a)) return b
  let result: Record<string, FieldSet> | undefined
  for (const [element, below] of Object.entries(b)) {
    const own = a[element]
    const next = own === undefined ? below : union(own, below)
    if (next === own) continue
    result ??= { ...a }
    result[element] = next
  }
  return result ?? a
}

/** Members of `a` that are not members of `b`. */
export const without = (a: FieldSet, b: FieldSet): FieldSet =>
  filtered(a, b, (element, below, other) => (element === '.' ? undefined : without(below, other)))

/** Members of `a` that are neither members of `b` nor below one. */
export const withoutBelow = (a: FieldSet, b: FieldSet): FieldSet =>
  filtered(a, b, (element, below, other) =>
    element === '.' || '.' in other ? undefined : withoutBelow(below, other),
  )

function filtered(
  a: FieldSet,
  b: FieldSet,
  kept: (element: string, below: FieldSet, other: FieldSet) => FieldSet | undefined,
): FieldSet {
  if (isEmpty(b)) return a
  let result: Record<string, FieldSet> | undefined
  // What is taken away is mostly little, and what it is taken from much.
  for (const [element, other] of Object.entries(b)) {
    const below = a[element]
    if (below === undefined) continue
    const next = kept(element, below, other)
    if (next === below) continue
    result ??= { ...a }
    if (next === undefined || isEmpty(next)) delete result[element]
    else result[element] = next
  }
  return result ?? a
}

/** Members of both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: Record<string, FieldSet> = {}
  for (const [element, below] of Object.entries(a)) {
    const other = b[element]
    if (other === undefined) continue
    const common = element === '.' ? below : intersection(below, other)
    if (element === '.' || !isEmpty(common)) result[element] = common
  }
  return result
}

/** As FieldsV1: sorted, `{}` for a member with nothing below. */
export function written(set: FieldSet): JsonObject {
  const keys = Object.keys(set)
  if (keys.length === 1 && keys[0] === '.') return nothing
  return Object.fromEntries(keys.sort().map((key) => [key, written(set[key] ?? nothing)]))
}

/** A FieldsV1 as a set. */
export function readSet(fields: unknown): FieldSet {
  if (!isObject(fields)) return nothing
  return Object.fromEntries(
    Object.entries(fields).map(([element, below]) => [
      element,
      element === '.' ? nothing : isObject(below) && Object.keys(below).length > 0 ? readSet(below) : member,
    ]),
  )
}

/** The members as paths: `.data.a`, `.spec.containers[name="c"].image`. */
export function paths(set: FieldSet, prefix = ''): readonly string[] {
  return Object.keys(set)
    .sort()
    .flatMap((element) =>
      element === '.' ? [prefix] : paths(set[element] ?? nothing, `${prefix}${elementText(element)}`),
    )
}

function elementText(element: string): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('v:')) return `[=${rest}]`
  const keys = Object.entries(JSON.parse(rest) as JsonObject) // written by keyElement
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
}
