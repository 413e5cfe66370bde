/** What a Go template can call: golang/go:src/text/template/funcs.go, kubernetes/kubectl:pkg/cmd/get (exists, base64decode). */
import { isObject } from '#lab/api/json.ts'
import { formatted, printed, shown, truth, typeName } from '#lab/kubectl/go-template/values.ts'

/** What a function says went wrong. */
export class Wrong extends Error {}

type Function = (values: readonly unknown[]) => unknown

const ordered = (holds: (order: number) => boolean): Function => {
  return ([a, b]) => holds(order(a, b))
}

export const functions: Readonly<Record<string, Function>> = {
  and: (values) => values.find((value) => !truth(value)) ?? values.at(-1),
  or: (values) => values.find(truth) ?? values.at(-1),
  not: ([value]) => !truth(value),
  len: ([value]) => lengthOf(value),
  index: ([value, ...keys]) => keys.reduce(indexed, value),
  eq: ([value, ...others]) => others.some((other) => isEqual(value, other)),
  ne: ([a, b]) => !isEqual(a, b),
  lt: ordered((order) => order < 0),
  le: ordered((order) => order <= 0),
  gt: ordered((order) => order > 0),
  ge: ordered((order) => order >= 0),
  print: printed,
  printf: ([format, ...values]) => formatted(String(format), values),
  println: (values) => `${values.map(shown).join(' ')}\n`,
  exists: ([value, ...keys]) => has(value, keys),
  base64decode: ([text]) => Buffer.from(String(text), 'base64').toString('utf8'),
}

export const functionNames: ReadonlySet<string> = new Set(Object.keys(functions))

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (Array.isArray(value)) return value.length
  if (isObject(value)) return Object.keys(value).length
  if (value === undefined || value === null)
    throw new Wrong('reflect: call of reflect.Value.Type on zero Value')
  throw new Wrong(`len of type ${typeName(value)}`)
}

function indexed(value: unknown, key: unknown): unknown {
  if (value === undefined || value === null) throw new Wrong('index of untyped nil')
  if (Array.isArray(value)) {
    if (typeof key !== 'number') throw new Wrong(`cannot index slice/array with type ${typeName(key)}`)
    if (key < 0 || key >= value.length) throw new Wrong(`index out of range: ${key}`)
    return value[key]
  }
  if (!isObject(value)) throw new Wrong(`can't index item of type ${typeName(value)}`)
  if (typeof key !== 'string')
    throw new Wrong(`value has type ${typeName(key).replace('int64', 'int')}; should be string`)
  return value[key]
}

function isEqual(a: unknown, b: unknown): boolean {
  for (const each of [a, b])
    if (typeof each === 'object' && each !== null) throw new Wrong('non-comparable type')
  if ((a ?? undefined) === undefined || (b ?? undefined) === undefined)
    return (a ?? undefined) === (b ?? undefined)
  if (typeof a !== typeof b) throw new Wrong('incompatible types for comparison')
  return a === b
}

function order(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  throw new Wrong(typeof a === typeof b ? 'invalid type for comparison' : 'incompatible types for comparison')
}

function has(value: unknown, keys: readonly unknown[]): boolean {
  let here = value
  for (const key of keys) {
    if (Array.isArray(here) && typeof key === 'number' && key >= 0 && key < here.length) here = here[key]
    else if (isObject(here) && typeof key === 'string' && key in here) here = here[key]
    else return false
  }
  return true
}
