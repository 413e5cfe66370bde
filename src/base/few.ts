/**
 * A set that mostly holds nothing or one thing, neither of which takes room of its own: a set with one thing takes two hundred bytes,
 * and a large lab has a hundred thousand of those. The things are no sets themselves.
 */
export type Few<T extends object> = T | Set<T> | undefined

/** With one thing more; a set is changed. */
export function withOne<T extends object>(few: Few<T>, one: T): Few<T> {
  if (few === undefined || few === one) return one
  return few instanceof Set ? few.add(one) : new Set([few, one])
}

/** Without that thing; a set is changed. */
export function withoutOne<T extends object>(few: Few<T>, one: T): Few<T> {
  if (!(few instanceof Set)) return few === one ? undefined : few
  few.delete(one)
  return few.size === 0 ? undefined : few
}

export const hasOne = <T extends object>(few: Few<T>, one: T): boolean =>
  few instanceof Set ? few.has(one) : few === one

export const countOf = (few: Few<object>): number =>
  few instanceof Set ? few.size : few === undefined ? 0 : 1

const none: readonly never[] = []

/** As they are now, in the order in which they came. */
export const allOf = <T extends object>(few: Few<T>): readonly T[] =>
  few instanceof Set ? [...few] : few === undefined ? none : [few]
