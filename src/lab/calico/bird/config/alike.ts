/**
 * The value that was made first of all that are equal to this one: most of what the configurations of a cluster's nodes say is the
 * same, to the letter. Plain data only; nobody may change it.
 */
export function alike<T extends object>(value: T): T {
  const text = JSON.stringify(value)
  const known = values.get(text)
  if (known !== undefined) return known as T // it has the same text, hence the same type
  if (values.size >= valuesMax) values.clear()
  values.set(text, value)
  return value
}

/** Of lists of named things: a map. */
export function alikeMap<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const text = JSON.stringify([...map])
  const known = maps.get(text)
  if (known !== undefined) return known as ReadonlyMap<string, T>
  if (maps.size >= valuesMax) maps.clear()
  maps.set(text, map)
  return map
}

const values = new Map<string, object>()
const maps = new Map<string, ReadonlyMap<string, unknown>>()
const valuesMax = 512
