/**
 * Strategic merge patch: maps merge, lists replace unless their type has a merge key.
 * staging:apimachinery/pkg/util/strategicpatch/patch.go
 *
 * Not imitated: the order of `$setElementOrder` (live order stays, new items are appended).
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
  key.startsWith('$setElementOrder/') ||
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
  return result
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
  if (rule.set) return [...list, ...change.filter((item) => !list.includes(item))]
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
  return result
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
