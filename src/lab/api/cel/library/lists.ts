/** Functions of lists: staging:apiserver/pkg/cel/library/lists.go, and sets of cel-go's ext/sets.go. */
import type { Environment } from '@marcbachmann/cel-js'
import { fail } from '#lab/api/cel/failure.ts'

type List = readonly unknown[]

/** `a` against `b`: below zero where it is less. Of texts, numbers, times and durations. */
function compared(a: unknown, b: unknown): number {
  const [left, right] = [comparable(a), comparable(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function comparable(value: unknown): string | number | bigint {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'object' && value !== null) return Number(value.valueOf())
  return fail('no such overload')
}

function extreme(list: List, name: string, sign: 1 | -1): unknown {
  if (list.length === 0) return fail(`${name} called on empty list`)
  return list.reduce((best, each) => (compared(each, best) * sign < 0 ? each : best))
}

function sum(list: List): unknown {
  const [first] = list
  if (first === undefined) return 0n
  if (typeof first === 'bigint')
    return list.reduce<bigint>((all, each) => all + (typeof each === 'bigint' ? each : overload()), 0n)
  return list.reduce<number>((all, each) => all + (typeof each === 'number' ? each : overload()), 0)
}

const overload = (): never => fail('no such overload')

/** Lists, maps and plain values as CEL compares them. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a === 'bigint' || typeof b === 'bigint') return Number(a) === Number(b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [left, right] = [Object.entries(a), Object.entries(b)]
  return (
    left.length === right.length && left.every(([key, value]) => key in b && same(value, Reflect.get(b, key)))
  )
}

const holds = (list: List, value: unknown): boolean => list.some((each) => same(each, value))

export function registerLists(environment: Environment): void {
  environment
    .registerFunction('list.isSorted(): bool', (list: List) =>
      list.every((each, at) => at === 0 || compared(list[at - 1], each) <= 0),
    )
    .registerFunction('list.sum(): dyn', sum)
    .registerFunction('list.min(): dyn', (list: List) => extreme(list, 'min', 1))
    .registerFunction('list.max(): dyn', (list: List) => extreme(list, 'max', -1))
    .registerFunction('list.indexOf(dyn): int', (list: List, value: unknown) =>
      BigInt(list.findIndex((each) => same(each, value))),
    )
    .registerFunction('list.lastIndexOf(dyn): int', (list: List, value: unknown) =>
      BigInt(list.findLastIndex((each) => same(each, value))),
    )
}

class SetsNamespace {}

export function registerSets(environment: Environment): void {
  const within = (inner: List, outer: List): boolean => inner.every((each) => holds(outer, each))
  environment
    .registerType('SetsNamespace', SetsNamespace)
    .registerConstant('sets', 'SetsNamespace', new SetsNamespace())
    .registerFunction('SetsNamespace.contains(list, list): bool', (_: unknown, outer: List, inner: List) =>
      within(inner, outer),
    )
    .registerFunction(
      'SetsNamespace.equivalent(list, list): bool',
      (_: unknown, a: List, b: List) => within(a, b) && within(b, a),
    )
    .registerFunction('SetsNamespace.intersects(list, list): bool', (_: unknown, a: List, b: List) =>
      a.some((each) => holds(b, each)),
    )
}
