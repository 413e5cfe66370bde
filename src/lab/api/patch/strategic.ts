/**
 * Strategic merge patch: maps merge, lists replace unless their type has a merge key.
 * staging:apimachinery/pkg/util/strategicpatch/patch.go
 */
import { isObject, type JsonObject, putKey } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import type { MergeRule } from '#lab/api/patch/rules.ts'
import { badRequest } from '#lab/api/status.ts'

/** Applies a strategic patch by the rules of the object's type. Answers `target` itself when nothing changed. */
export function strategicPatch(target: JsonObject, patch: unknown, rule: MergeRule): JsonObject {
  if (!isObject(patch)) throw badRequest('the patch is no JSON object')
  return mergeMaps(target, patch, rule)
}

const directive = (key: string): boolean =>
  key === '$patch' ||
  key === '$retainKeys' ||
  key.startsWith(orderPrefix) ||
  key.startsWith('$deleteFromPrimitiveList/')

function mergeMaps(target: JsonObject, patch: JsonObject, rule: MergeRule): JsonObject {
  if (patch.$patch === 'replace') return clean(patch)
  if (patch.$patch === 'delete') return {}
  let result: JsonObject = retained(target, patch)
  let own: Record<string, unknown> | undefined
  const set = (key: string, value: unknown): void => {
    if (result[key] === value || deepEqual(result[key], value)) return
    own ??= { ...result }
    if (value === undefined) delete own[key]
    else putKey(own, key, value)
    result = own
  }
  for (const [key, change] of Object.entries(patch)) {
    if (key.startsWith('$deleteFromPrimitiveList/')) {
      const field = key.slice('$deleteFromPrimitiveList/'.length)
      const gone = Array.isArray(change) ? change : []
      const old = result[field]
      if (Array.isArray(old))
        set(
          field,
          old.filter((item) => !gone.includes(item)),
        )
    }
    if (directive(key) || change === undefined) continue
    if (change === null) set(key, undefined)
    else set(key, mergeValue(result[key], change, rule.fields?.[key] ?? {}))
  }
  for (const [key, order] of Object.entries(patch)) {
    const field = orderOf(key)
    const list = field === undefined ? undefined : result[field]
    if (field === undefined || !Array.isArray(list) || !Array.isArray(order)) continue
    const by = rule.fields?.[field]?.key
    set(field, reordered(list, order, { was: target[field], keyOf: (item) => idOf(item, by) }))
  }
  return result
}

const orderPrefix = '$setElementOrder/'

const orderOf = (key: string): string | undefined =>
  key.startsWith(orderPrefix) ? key.slice(orderPrefix.length) : undefined

const idOf = (item: unknown, key: string | undefined): unknown =>
  key !== undefined && isObject(item) ? item[key] : item

/**
 * What the patch names in its order; what only the server knows stands before the first of these that it stood before, and what is new before
 * what the patch does not name (`normalizeElementOrder`, `mergeSortedSlice`).
 */
function reordered(
  list: readonly unknown[],
  order: readonly unknown[],
  { was, keyOf }: { readonly was: unknown; readonly keyOf: (item: unknown) => unknown },
): readonly unknown[] {
  const places = new Map(order.map((each, index) => [keyOf(each), index]))
  const before = new Map((Array.isArray(was) ? was : []).map((each, index) => [keyOf(each), index]))
  const place = (item: unknown): number => places.get(keyOf(item)) ?? 0
  const named = list.filter((item) => places.has(keyOf(item))).sort((a, b) => place(a) - place(b))
  const others = list.filter((item) => !places.has(keyOf(item)))
  const result: unknown[] = []
  while (named.length > 0 && others.length > 0) {
    const [left = -1, right = -1] = [before.get(keyOf(others[0])), before.get(keyOf(named[0]))]
    const next = left >= 0 && left < right ? others : named
    result.push(next.shift())
  }
  return [...result, ...named, ...others]
}

function retained(target: JsonObject, patch: JsonObject): JsonObject {
  const keep = patch.$retainKeys
  if (!Array.isArray(keep) || Object.keys(target).every((key) => keep.includes(key))) return target
  return Object.fromEntries(Object.entries(target).filter(([key]) => keep.includes(key)))
}

function mergeValue(old: unknown, change: unknown, rule: MergeRule): unknown {
  if (isObject(change)) return mergeMaps(isObject(old) ? old : {}, change, rule)
  if (!Array.isArray(change)) return change
  const list = Array.isArray(old) ? old : []
  if (rule.set) {
    const all = [...list, ...change.filter((item) => !list.includes(item))]
    return reordered(all, change, { was: list, keyOf: (item) => item })
  }
  if (rule.key !== undefined) return mergeByKey(list, change, rule, rule.key)
  return change
}

function mergeByKey(
  list: readonly unknown[],
  changes: readonly unknown[],
  rule: MergeRule,
  key: string,
): readonly unknown[] {
  if (changes.some((change) => isObject(change) && change.$patch === 'replace'))
    return changes.filter((change) => !(isObject(change) && change.$patch !== undefined)).map(clean)
  let result = list
  for (const change of changes) {
    if (!isObject(change)) throw badRequest(`unable to merge: an item is no map`)
    const id = change[key]
    if (id === undefined)
      throw badRequest(`map: ${JSON.stringify(change)} does not contain declared merge key: ${key}`)
    const index = result.findIndex((item) => isObject(item) && item[key] === id)
    if (change.$patch === 'delete') result = result.filter((item) => !(isObject(item) && item[key] === id))
    else if (index === -1) result = [...result, mergeMaps({}, change, rule)]
    else {
      const merged = mergeMaps(result[index] as JsonObject, change, rule) // findIndex saw an object
      if (merged !== result[index]) result = result.with(index, merged)
    }
  }
  if (result === list) return list
  return reordered(result, changes, { was: list, keyOf: (item) => idOf(item, key) })
}

/** A value as it is stored: without directives. */
function clean(value: unknown): JsonObject {
  return scrub(value) as JsonObject // callers hand in objects
}

function scrub(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrub)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !directive(key) && item !== null)
      .map(([key, item]) => [key, scrub(item)]),
  )
}
