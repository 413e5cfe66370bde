/** JSON values as the API server keeps them: frozen, with unchanged parts shared between versions. */
export type JsonObject = { readonly [key: string]: unknown }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value as an object; an empty one when it is none. */
export const asObject = (value: unknown): JsonObject => (isObject(value) ? value : {})

/** The value as a list; an empty one when it is none. */
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/**
 * Freezes a value and all inside it. Stops at what is frozen already, so that a new version of an object costs
 * only what changed.
 */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  if (Array.isArray(value)) for (const item of value) freeze(item)
  else for (const key in value) freeze(value[key])
  return value
}

/** `next`, with every part that equals `old` taken from `old`: `share(a, b) === a` exactly when they are equal. */
export function share<T>(old: unknown, next: T): T {
  if (old === next) return next
  if (Array.isArray(old) && Array.isArray(next)) return shareLists(old, next) as T
  if (isObject(old) && isObject(next)) return shareObjects(old, next) as T
  return next
}

function shareLists(old: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const items = new Array<unknown>(next.length)
  const shorter = old.length - next.length
  let same = shorter === 0
  for (let i = 0; i < next.length; i++) {
    // What stood before an item that was taken out is not compared with what has moved to its place.
    items[i] = next[i] === old[i + shorter] ? next[i] : share(old[i], next[i])
    if (items[i] !== old[i]) same = false
  }
  return same ? old : items
}

function shareObjects(old: JsonObject, next: JsonObject): JsonObject {
  const result: Record<string, unknown> = {}
  let count = 0
  let same = true
  for (const key of Object.keys(next)) {
    if (next[key] === undefined) continue
    const value = share(old[key], next[key])
    putKey(result, key, value)
    count++
    if (value !== old[key]) same = false
  }
  return same && size(old) === count ? old : result
}

/** Writes a key of an object, whatever it is called: `__proto__`, too. */
export function putKey(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
  else object[key] = value
}

function size(object: JsonObject): number {
  let count = 0
  for (const key in object) if (object[key] !== undefined) count++
  return count
}

/** The object without some of its keys; itself when it has none of them. */
export function without<T extends object>(object: T, ...keys: readonly string[]): T {
  if (!keys.some((key) => key in object)) return object
  // The caller names optional keys only.
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key))) as T
}

/** `spec.nodeName` of an object; `undefined` where the path leads nowhere. */
export function at(value: unknown, path: string): unknown {
  let found: unknown = value
  for (const key of path.split('.')) {
    if (!isObject(found)) return undefined
    found = found[key]
  }
  return found
}
