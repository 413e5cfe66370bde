/**
 * Whether two values are the same as JSON: parts that are one value are not looked into, keys without a value count as
 * missing, and the order of keys does not matter. Only for plain values without cycles.
 */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && equalLists(a, b)
  return equalObjects(a as Keyed, b as Keyed) // neither null nor a list
}

type Keyed = Readonly<Record<string, unknown>>

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!equal(a[i], b[i])) return false
  return true
}

function equalObjects(a: Keyed, b: Keyed): boolean {
  let left = 0
  for (const key in a) {
    if (a[key] === undefined) continue
    if (!equal(a[key], b[key])) return false
    left++
  }
  for (const key in b) if (b[key] !== undefined) left--
  return left === 0
}
