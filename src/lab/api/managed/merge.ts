/** A configuration into a live object, and out of it what is no longer applied: structured-merge-diff typed/{merge,remove}.go. */
import { isObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldSet, isEmpty, nothing } from '#lab/api/managed/field-set.ts'
import { byElement, elementOf } from '#lab/api/managed/fields-of.ts'
import type { ListOf, Schema } from '#lab/api/schema/schema.ts'

/** The live object with the configuration's fields. */
export function mergeStruct(schema: Schema, live: JsonObject, config: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...live }
  for (const [key, value] of Object.entries(config)) {
    const next = merged(childOf(schema, key), result[key], value)
    if (next === undefined) delete result[key]
    else result[key] = next
  }
  return result
}

const childOf = (schema: Schema, key: string): Schema | undefined =>
  schema.kind === 'map'
    ? schema.values
    : schema.kind === 'struct'
      ? schema.fields.get(key)?.schema
      : undefined

function merged(schema: Schema | undefined, live: unknown, config: unknown): unknown {
  if (config === null) return undefined
  if (schema === undefined) return config
  if (
    (schema.kind === 'struct' || schema.kind === 'map') &&
    !schema.atomic &&
    isObject(live) &&
    isObject(config)
  )
    return mergeStruct(schema, live, config)
  if (schema.kind === 'list' && schema.merge !== 'atomic' && Array.isArray(live) && Array.isArray(config))
    return mergeLists(schema, live, config)
  return config
}

/** Live items stay where they are, new ones follow in the order in which they are given. */
function mergeLists(
  schema: ListOf,
  live: readonly unknown[],
  config: readonly unknown[],
): readonly unknown[] {
  const items = new Map(byElement(schema, live))
  for (const item of config) {
    const element = elementOf(schema, item)
    items.set(element, items.has(element) ? merged(schema.items, items.get(element), item) : item)
  }
  return [...items.values()]
}

export interface Pruning {
  /** What is no longer applied, and nobody else's. */
  readonly gone: FieldSet
  /** What anybody owns: an item of a list stays for the sake of what is below it. */
  readonly kept: FieldSet
}

/** The object without fields that nobody applies any more. */
export function pruned(schema: Schema, object: JsonObject, { gone, kept }: Pruning): JsonObject {
  if (isEmpty(gone)) return object
  const result: Record<string, unknown> = { ...object }
  for (const [element, below] of Object.entries(gone)) {
    const key = element.slice(2)
    if (!element.startsWith('f:') || result[key] === undefined) continue
    const next = prunedValue(childOf(schema, key), result[key], {
      gone: below,
      kept: kept[element] ?? nothing,
    })
    if (next === undefined) delete result[key]
    else result[key] = next
  }
  return result
}

function prunedValue(schema: Schema | undefined, value: unknown, { gone, kept }: Pruning): unknown {
  if ('.' in gone && isEmpty(kept)) return undefined
  if (schema?.kind === 'list' && Array.isArray(value)) return prunedList(schema, value, { gone, kept })
  if (schema === undefined || !isObject(value)) return value
  const next = pruned(schema, value, { gone, kept })
  return Object.keys(next).length === 0 && isEmpty(kept) ? undefined : next
}

function prunedList(schema: ListOf, items: readonly unknown[], { gone, kept }: Pruning): unknown {
  const left = items.flatMap((item) => {
    const element = elementOf(schema, item)
    const below = gone[element]
    if (below === undefined) return [item]
    const next = prunedValue(schema.items, item, { gone: below, kept: kept[element] ?? nothing })
    return next === undefined ? [] : [next]
  })
  return left.length === 0 && isEmpty(kept) ? undefined : left
}
