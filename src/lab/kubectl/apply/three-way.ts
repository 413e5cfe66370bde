/**
 * The patch that brings a live object to what a manifest says: what it no longer says goes, what it says comes, the rest stays.
 * apimachinery:pkg/util/strategicpatch (CreateThreeWayMergePatch), pkg/util/jsonmergepatch.
 *
 * Not imitated: `$setElementOrder` and `$retainKeys`.
 */
import { isObject, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import type { MergeRule } from '#lab/api/patch/rules.ts'

export interface Versions {
  /** What was applied last. */
  readonly original: JsonObject
  /** What shall be. */
  readonly modified: JsonObject
  /** What is there. */
  readonly current: JsonObject
}

/** A strategic merge patch by a type's rule; by an empty rule a JSON merge patch. */
export function threeWayPatch({ original, modified, current }: Versions, rule: MergeRule): JsonObject {
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(original)) if (!(key in modified) && key in current) patch[key] = null
  for (const [key, value] of Object.entries(modified)) {
    const values = { original: original[key], modified: value, current: current[key] }
    const change = valuePatch(values, rule.fields?.[key] ?? {})
    if (change?.value !== undefined) patch[key] = change.value
    if (change?.deleted !== undefined) patch[`$deleteFromPrimitiveList/${key}`] = change.deleted
  }
  return patch
}

interface Values {
  readonly original: unknown
  readonly modified: unknown
  readonly current: unknown
}

interface Change {
  readonly value?: unknown
  readonly deleted?: readonly unknown[]
}

/** Nothing: the value stays as it is. */
function valuePatch({ original, modified, current }: Values, rule: MergeRule): Change | undefined {
  if (isObject(modified) && isObject(current)) {
    const inside = threeWayPatch({ original: isObject(original) ? original : {}, modified, current }, rule)
    return Object.keys(inside).length === 0 ? undefined : { value: inside }
  }
  if (Array.isArray(modified) && Array.isArray(current)) {
    const before = Array.isArray(original) ? original : []
    if (rule.key !== undefined) return keyedPatch({ before, modified, current }, rule, rule.key)
    if (rule.set) return setPatch({ before, modified, current })
  }
  return deepEqual(modified, current) ? undefined : { value: modified }
}

interface Lists {
  readonly before: readonly unknown[]
  readonly modified: readonly unknown[]
  readonly current: readonly unknown[]
}

function setPatch({ before, modified, current }: Lists): Change | undefined {
  const added = modified.filter((item) => !current.includes(item))
  const deleted = before.filter((item) => !modified.includes(item) && current.includes(item))
  return {
    ...(added.length === 0 ? {} : { value: added }),
    ...(deleted.length === 0 ? {} : { deleted }),
  }
}

/** Items are matched by their key; where several have the same one (port 53 by UDP and by TCP), in their order. */
function keyedPatch({ before, modified, current }: Lists, rule: MergeRule, key: string): Change | undefined {
  const named = (list: readonly unknown[], name: unknown, nth = 0): JsonObject | undefined =>
    list.filter(isObject).filter((item) => item[key] === name)[nth]
  const inner: MergeRule = rule.fields === undefined ? {} : { fields: rule.fields }
  const items = modified.filter(isObject)
  const changes = items.flatMap((item, at): readonly JsonObject[] => {
    const nth = items.slice(0, at).filter((each) => each[key] === item[key]).length
    const live = named(current, item[key], nth)
    if (live === undefined) return [item]
    const versions = { original: named(before, item[key], nth) ?? {}, modified: item, current: live }
    const inside = threeWayPatch(versions, inner)
    return Object.keys(inside).length === 0 ? [] : [{ ...inside, [key]: item[key] }]
  })
  const gone = before
    .filter(isObject)
    .filter((item) => named(modified, item[key]) === undefined && named(current, item[key]) !== undefined)
    .map((item) => ({ $patch: 'delete', [key]: item[key] }))
  const all = [...changes, ...gone]
  return all.length === 0 ? undefined : { value: all }
}
