/** RFC 7386 merge patch. Answers `target` itself when nothing changed. */
import { isObject, type JsonObject } from '#lab/api/json.ts'

export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const base: JsonObject = isObject(target) ? target : {}
  let result: Record<string, unknown> | undefined
  for (const [key, change] of Object.entries(patch)) {
    if (change === undefined) continue
    const old = base[key]
    const next = change === null ? undefined : mergePatch(old, change)
    if (same(old, next)) continue
    result ??= { ...base }
    if (next === undefined) delete result[key]
    else result[key] = next
  }
  if (result !== undefined) return result
  return isObject(target) ? target : base
}

/** Equality of what a patch wrote: scalars by value, lists of scalars item by item, anything else by identity. */
function same(old: unknown, next: unknown): boolean {
  if (old === next) return true
  if (!Array.isArray(old) || !Array.isArray(next) || old.length !== next.length) return false
  return old.every((item, index) => deepEqual(item, next[index]))
}

export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && deepEqual(a[key], b[key]))
}
