/**
 * What a structural schema does not know is not kept, and what it has defaults for is filled in:
 * staging:apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting}.
 */
import { asObject, isObject, type JsonObject } from '#lab/api/json.ts'

const always = new Set(['apiVersion', 'kind', 'metadata'])

/** The object without fields that its schema does not name; their paths are added to `dropped`. */
export const pruned = (schema: JsonObject, object: JsonObject, dropped: string[] = []): JsonObject =>
  asObject(prune(schema, object, { path: '', root: true, dropped }))

interface Place {
  readonly path: string
  /** An object with apiVersion, kind and metadata of its own. */
  readonly root: boolean
  readonly dropped: string[]
}

function prune(schema: JsonObject, value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return pruneList(schema, value, place)
  if (!isObject(value)) return value
  const properties = asObject(schema.properties)
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true
  let result: Record<string, unknown> | undefined
  for (const [key, item] of Object.entries(value)) {
    if (place.root && always.has(key)) continue
    const path = place.path === '' ? key : `${place.path}.${key}`
    const inner = properties[key] ?? schema.additionalProperties
    if (inner === undefined || inner === false) {
      if (open) continue
      place.dropped.push(path)
      result ??= { ...value }
      delete result[key]
      continue
    }
    if (!isObject(inner)) continue
    const next = prune(inner, item, {
      ...place,
      path,
      root: inner['x-kubernetes-embedded-resource'] === true,
    })
    if (next === item) continue
    result ??= { ...value }
    result[key] = next
  }
  return result ?? value
}

function pruneList(schema: JsonObject, list: readonly unknown[], place: Place): readonly unknown[] {
  if (!isObject(schema.items)) return list
  const items = schema.items
  const root = items['x-kubernetes-embedded-resource'] === true
  const next = list.map((item, index) =>
    prune(items, item, { ...place, path: `${place.path}[${index}]`, root }),
  )
  return next.every((item, index) => item === list[index]) ? list : next
}

/** The object with its schema's defaults; nulls where a default is, and null is no value, are as if absent. */
export const defaulted = (schema: JsonObject, object: JsonObject): JsonObject =>
  asObject(fill(schema, object))

function fill(schema: JsonObject, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema
    if (!isObject(items)) return value
    const next = value.map((item) => fill(items, item))
    return next.every((item, index) => item === value[index]) ? value : next
  }
  if (!isObject(value)) return value
  let result: Record<string, unknown> | undefined
  const set = (key: string, next: unknown): void => {
    if (next === value[key]) return
    result ??= { ...value }
    result[key] = next
  }
  for (const [key, property] of Object.entries(asObject(schema.properties))) {
    const inner = asObject(property)
    const absent = value[key] === undefined || (value[key] === null && inner.nullable !== true)
    if (absent && inner.default !== undefined) set(key, inner.default)
    else if (value[key] !== undefined) set(key, fill(inner, value[key]))
  }
  const { additionalProperties } = schema
  if (isObject(additionalProperties))
    for (const key of Object.keys(value)) set(key, fill(additionalProperties, value[key]))
  return result ?? value
}
