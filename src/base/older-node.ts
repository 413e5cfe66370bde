/**
 * What Node.js 20 lacks of the language that this project is written in: `Map.groupBy` and the helpers of iterators. Newer ones have
 * them, and keep their own.
 *
 * @see https://tc39.es/ecma262/ (Map.groupBy, Iterator.prototype)
 */

type Step = (item: unknown, index: number) => unknown

/** `Map.groupBy`: groups in the order of their first items. */
export function groupBy(items: Iterable<unknown>, keyOf: Step): Map<unknown, unknown[]> {
  const groups = new Map<unknown, unknown[]>()
  let index = 0
  for (const item of items) {
    const key = keyOf(item, index++)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

type Items = Iterator<unknown> & Iterable<unknown>

function* numbered(items: Items): Generator<readonly [unknown, number]> {
  let index = 0
  for (const item of items) yield [item, index++]
}

/** Of `Iterator.prototype`, each with the iterator as its first argument. */
export const helpers = {
  *map(items: Items, by: Step) {
    for (const [item, index] of numbered(items)) yield by(item, index)
  },
  *filter(items: Items, by: Step) {
    for (const [item, index] of numbered(items)) if (by(item, index)) yield item
  },
  *flatMap(items: Items, by: Step) {
    for (const [item, index] of numbered(items)) yield* by(item, index) as Iterable<unknown> // as the standard demands
  },
  *take(items: Items, limit: number) {
    if (limit <= 0) return
    for (const [item, index] of numbered(items)) {
      yield item
      if (index + 1 >= limit) return
    }
  },
  *drop(items: Items, limit: number) {
    for (const [item, index] of numbered(items)) if (index >= limit) yield item
  },
  some: (items: Items, by: Step): boolean => {
    for (const [item, index] of numbered(items)) if (by(item, index)) return true
    return false
  },
  every: (items: Items, by: Step): boolean => {
    for (const [item, index] of numbered(items)) if (!by(item, index)) return false
    return true
  },
  find: (items: Items, by: Step): unknown => {
    for (const [item, index] of numbered(items)) if (by(item, index)) return item
    return undefined
  },
  forEach: (items: Items, by: Step): void => {
    for (const [item, index] of numbered(items)) by(item, index)
  },
  toArray: (items: Items): unknown[] => [...items],
} as const

/** Puts in what is missing. To be called before anything else runs. */
export function completeOlderNode(): void {
  if (!('groupBy' in Map)) define(Map, 'groupBy', groupBy)
  const prototype: object = Object.getPrototypeOf(Object.getPrototypeOf([].values()))
  for (const [name, helper] of Object.entries(helpers))
    if (!(name in prototype))
      define(prototype, name, function helped(this: Items, argument: never) {
        return (helper as (items: Items, argument: never) => unknown)(this, argument) // one of the table, by its name
      })
}

const define = (on: object, name: string, value: unknown): void =>
  void Object.defineProperty(on, name, { value, writable: true, configurable: true })
