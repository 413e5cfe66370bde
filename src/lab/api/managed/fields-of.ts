/** Which fields a value has, and which differ between two: structured-merge-diff typed/{tofieldset,compare}.go. */
import { isObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldSet, isEmpty, member, nothing } from '#lab/api/managed/field-set.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { anything, type Field, type ListOf, type Schema, type Struct } from '#lab/api/schema/schema.ts'

/** Fields that nobody owns: staging:apimachinery/pkg/util/managedfields/internal/stripmeta.go. */
const unowned = {
  top: new Set(['apiVersion', 'kind', 'metadata']),
  metadata: new Set(
    'name namespace creationTimestamp selfLink uid generation managedFields resourceVersion'.split(' '),
  ),
}

/** The fields of an applied configuration. */
export const appliedFields = (schema: Struct, object: JsonObject): FieldSet =>
  owned(schema, {}, object, (part, _before, after) => ({
    changed: created(part, after, { dots: false }),
    removed: nothing,
  })).changed

export interface Difference {
  /** What is new or has another value. */
  readonly changed: FieldSet
  readonly removed: FieldSet
}

/** What a write changed; `before` is undefined for a new object. */
export const changedFields = (
  schema: Struct,
  before: JsonObject | undefined,
  after: JsonObject,
): Difference => owned(schema, before ?? {}, after, difference)

type Compare = (schema: Schema, before: unknown, after: unknown, optional: boolean) => Difference

function owned(schema: Struct, before: JsonObject, after: JsonObject, compare: Compare): Difference {
  const collected = collect()
  const visit = (
    fields: Struct,
    a: JsonObject,
    b: JsonObject,
    skip: ReadonlySet<string>,
    to: Collected,
  ): void => {
    for (const key of differing(a, b)) {
      if (skip.has(key)) continue
      const field = fields.fields.get(key)
      to.add(
        `f:${key}`,
        compare(field?.schema ?? anything, a[key], b[key], field === undefined || isOptional(field)),
      )
    }
  }
  visit(schema, before, after, unowned.top, collected)
  const metadata = schema.fields.get('metadata')?.schema
  if (metadata?.kind === 'struct' && before.metadata !== after.metadata) {
    const inside = collect()
    visit(metadata, objectOf(before.metadata), objectOf(after.metadata), unowned.metadata, inside)
    collected.add('f:metadata', inside.done())
  }
  return collected.done()
}

/** The keys whose values are not the very same, those of `a` first. Most of two versions of an object is. */
function differing(a: JsonObject, b: JsonObject): readonly string[] {
  const keys: string[] = []
  for (const key of Object.keys(a)) if (a[key] !== b[key]) keys.push(key)
  for (const key of Object.keys(b)) if (b[key] !== undefined && !Object.hasOwn(a, key)) keys.push(key)
  return keys
}

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})

interface Collected {
  add(element: string, difference: Difference): void
  done(): Difference
}

function collect(): Collected {
  const changed: Record<string, FieldSet> = {}
  const removed: Record<string, FieldSet> = {}
  return {
    add: (element, difference) => {
      if (!isEmpty(difference.changed)) changed[element] = difference.changed
      if (!isEmpty(difference.removed)) removed[element] = difference.removed
    },
    done: () => ({ changed, removed }),
  }
}

/** Go always writes what is no pointer, or has no omitempty: then the value itself is not new. */
const isOptional = ({ schema, required, pointer }: Field): boolean =>
  !required && (schema.kind !== 'struct' || pointer)

const same: Difference = { changed: nothing, removed: nothing }

function difference(schema: Schema, before: unknown, after: unknown, optional: boolean): Difference {
  if (before === after) return same
  if (isAbsent(before) && isAbsent(after)) return same
  if (isAbsent(after)) return { changed: nothing, removed: created(schema, before, { dots: true }) }
  const old = isAbsent(before) && !optional ? emptyOf(schema) : before
  if (isAbsent(old)) return { changed: created(schema, after, { dots: true }), removed: nothing }
  switch (schema.kind) {
    case 'struct':
    case 'map':
      if (!schema.atomic && isObject(old) && isObject(after)) return objects(schema, old, after)
      break
    case 'list':
      if (schema.merge !== 'atomic' && Array.isArray(old) && Array.isArray(after))
        return lists(schema, old, after)
  }
  return deepEqual(old, after) ? same : { changed: member, removed: nothing }
}

/** What Go has written where nothing was: then the container itself is not new. */
function emptyOf(schema: Schema): unknown {
  if (schema.kind === 'list' && schema.merge !== 'atomic') return []
  return schema.kind === 'struct' && !schema.atomic ? {} : undefined
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null

function objects(schema: Schema, before: JsonObject, after: JsonObject): Difference {
  const collected = collect()
  for (const key of differing(before, after)) {
    const { value, optional } = inside(schema, key)
    collected.add(`f:${key}`, difference(value, before[key], after[key], optional))
  }
  return collected.done()
}

function inside(schema: Schema, key: string): { readonly value: Schema; readonly optional: boolean } {
  if (schema.kind === 'map') return { value: schema.values, optional: true }
  const field = schema.kind === 'struct' ? schema.fields.get(key) : undefined
  return field === undefined
    ? { value: anything, optional: true }
    : { value: field.schema, optional: isOptional(field) }
}

function lists(schema: ListOf, before: readonly unknown[], after: readonly unknown[]): Difference {
  const collected = collect()
  const old = byElement(schema, before)
  const next = byElement(schema, after)
  for (const element of new Set([...old.keys(), ...next.keys()])) {
    const [a, b] = [old.get(element), next.get(element)]
    if (a !== undefined && b !== undefined && schema.merge === 'set') continue
    collected.add(element, difference(schema.items, a, b, true))
  }
  return collected.done()
}

/** The items of a list that merges, by `k:{…}` or `v:…`. */
export const byElement = (schema: ListOf, items: readonly unknown[]): ReadonlyMap<string, unknown> =>
  new Map(items.map((item) => [elementOf(schema, item), item]))

export function elementOf({ merge, keys }: ListOf, item: unknown): string {
  if (merge === 'set' || !isObject(item)) return `v:${JSON.stringify(item)}`
  const only = keys.length === 1 ? keys[0] : undefined
  const value = only === undefined ? undefined : item[only]
  if (typeof value === 'string') return `k:{${JSON.stringify(only)}:${JSON.stringify(value)}}`
  const values = [...keys].sort().flatMap((key) => {
    // The only key that has a default: `protocol` of ports (+default="TCP" in staging:api/core/v1/types.go).
    const value = item[key] ?? (key === 'protocol' ? 'TCP' : undefined)
    return value === undefined ? [] : [[key, value]]
  })
  return `k:${JSON.stringify(Object.fromEntries(values))}`
}

/**
 * All fields of a value. `dots`: with the containers, as an update owns them; an applied configuration owns its leaves and
 * the items of its lists.
 */
function created(schema: Schema, value: unknown, o: { readonly dots: boolean }): FieldSet {
  const result: Record<string, FieldSet> = {}
  if ((schema.kind === 'struct' || schema.kind === 'map') && !schema.atomic && isObject(value)) {
    for (const key of Object.keys(value))
      if (!isAbsent(value[key])) result[`f:${key}`] = created(inside(schema, key).value, value[key], o)
  } else if (schema.kind === 'list' && schema.merge !== 'atomic' && Array.isArray(value))
    for (const [element, item] of byElement(schema, value))
      result[element] = { '.': nothing, ...created(schema.items, item, o) }
  if (isEmpty(result)) return member
  return o.dots ? { '.': nothing, ...result } : result
}
