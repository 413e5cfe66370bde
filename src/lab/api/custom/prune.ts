/**
 * What a structural schema does not know is not kept, and what it has defaults for is filled in:
 * staging:apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting}.
 */
import { type Path, pathText } from '#lab/api/custom/path.ts'
import { isFrozenThrough, type Rules, rulesOf } from '#lab/api/custom/rules.ts'
import { asObject, isObject, type JsonObject } from '#lab/api/json.ts'

const always = new Set(['apiVersion', 'kind', 'metadata'])

/** The object without fields that its schema does not name; their paths are added to `dropped`. */
export const pruned = (schema: JsonObject, object: JsonObject, dropped: string[] = []): JsonObject =>
  asObject(prune(rulesOf(schema), object, { path: undefined, root: true, dropped }))

interface Place {
  readonly path: Path | undefined
  /** An object with apiVersion, kind and metadata of its own. */
  readonly root: boolean
  readonly dropped: string[]
}

function prune(rules: Rules, value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return pruneList(rules, value, place)
  if (!isObject(value)) return value
  let result: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    if (place.root && always.has(key)) continue
    const inner = rules.properties.get(key) ?? rules.additional
    if (inner === undefined) {
      if (rules.open) continue
      place.dropped.push(pathText({ up: place.path, step: key }))
      result ??= { ...value }
      delete result[key]
      continue
    }
    const item = value[key]
    if (inner === true || typeof item !== 'object' || item === null) continue
    const next = prune(inner, item, below(place, key, inner))
    if (next === item) continue
    result ??= { ...value }
    result[key] = next
  }
  return result ?? value
}

function pruneList({ items }: Rules, list: readonly unknown[], place: Place): readonly unknown[] {
  if (items === undefined) return list
  let result: unknown[] | undefined
  for (let index = 0; index < list.length; index++) {
    const item = list[index]
    if (typeof item !== 'object' || item === null || items.whole.has(item)) continue
    const next = prune(items, item, below(place, index, items))
    if (next === item) {
      if (isFrozenThrough(item)) items.whole.add(item)
      continue
    }
    result ??= [...list]
    result[index] = next
  }
  return result ?? list
}

const below = ({ path, dropped }: Place, step: string | number, { embedded }: Rules): Place => ({
  path: { up: path, step },
  root: embedded,
  dropped,
})

/** The object with its schema's defaults; nulls where a default is, and null is no value, are as if absent. */
export const defaulted = (schema: JsonObject, object: JsonObject): JsonObject =>
  asObject(fill(rulesOf(schema), object))

function fill(rules: Rules, value: unknown): unknown {
  if (!rules.hasDefaults || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const { items } = rules
    if (items === undefined) return value
    const next = value.map((item) => fill(items, item))
    return next.every((item, index) => item === value[index]) ? value : next
  }
  return fillObject(rules, asObject(value))
}

function fillObject({ properties, additional }: Rules, value: JsonObject): JsonObject {
  let result: Record<string, unknown> | undefined
  const set = (key: string, next: unknown): void => {
    if (next === value[key]) return
    result ??= { ...value }
    result[key] = next
  }
  for (const [key, inner] of properties) {
    if (!inner.hasDefaults) continue
    const item = value[key]
    const { default: own } = inner.source
    if (own !== undefined && (item === undefined || (item === null && !inner.nullable))) set(key, own)
    else if (item !== undefined) set(key, fill(inner, item))
  }
  if (typeof additional === 'object' && additional.hasDefaults)
    for (const key of Object.keys(value)) set(key, fill(additional, value[key]))
  return result ?? value
}
