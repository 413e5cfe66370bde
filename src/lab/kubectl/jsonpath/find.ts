/** What a template of JSONPath finds in a value: client-go:util/jsonpath/jsonpath.go; a missing key finds nothing. */
import { isObject } from '#lab/api/json.ts'
import type { Part, Step } from '#lab/kubectl/jsonpath/parse.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

/** The text of a template for a value. */
export const rendered = (parts: readonly Part[], value: unknown): string =>
  parts.map((part) => partText(part, value)).join('')

function partText(part: Part, value: unknown): string {
  if (part.part === 'text') return part.text
  const results = found(part.steps, [value])
  return part.part === 'range'
    ? results.map((each) => rendered(part.body, each)).join('')
    : results.map(valueText).join(' ')
}

/** Every value that the steps lead to. Throws KubectlError for an index that is not there. */
export function found(steps: readonly Step[], from: readonly unknown[]): readonly unknown[] {
  return steps.reduce<readonly unknown[]>(
    // A union goes through all values for each of its paths.
    (values, step) =>
      step.step === 'any-of'
        ? step.paths.flatMap((path) => found(path, values))
        : values.flatMap((value) => stepped(step, value)),
    from,
  )
}

function stepped(step: Exclude<Step, { readonly step: 'any-of' }>, value: unknown): readonly unknown[] {
  switch (step.step) {
    case 'field':
      return isObject(value) && value[step.name] !== undefined ? [value[step.name]] : []
    case 'every':
      return Array.isArray(value) ? value : isObject(value) ? sortedValues(value) : []
    case 'deep':
      return deep(value)
    case 'items':
      return Array.isArray(value) ? items(value, step) : notArray(value)
    case 'where':
      return (Array.isArray(value) ? value : isObject(value) ? sortedValues(value) : []).filter((each) =>
        holds(step, each),
      )
    case 'value':
      return [step.value]
    default:
      return step satisfies never
  }
}

/** Go's maps have no order; what is printed of them is sorted. */
const sortedValues = (value: { readonly [key: string]: unknown }): readonly unknown[] =>
  Object.keys(value)
    .sort()
    .map((key) => value[key])

function deep(value: unknown): readonly unknown[] {
  const inside = Array.isArray(value) ? value : isObject(value) ? sortedValues(value) : []
  return [value, ...inside.flatMap(deep)]
}

function notArray(value: unknown): readonly never[] {
  if (value === null || value === undefined) return []
  throw new KubectlError(`${typeof value === 'object' ? 'map' : typeof value} is not array or slice`)
}

function items(
  list: readonly unknown[],
  { from, to, by = 1, one }: Extract<Step, { step: 'items' }>,
): readonly unknown[] {
  const place = (at: number): number => (at < 0 ? at + list.length : at)
  const start = place(from ?? 0)
  if (one) {
    if (start < 0 || start >= list.length)
      throw new KubectlError(`array index out of bounds: index ${start}, length ${list.length}`)
    return [list[start]]
  }
  return list.slice(start, place(to ?? list.length)).filter((_, at) => at % by === 0)
}

function holds({ left, operator, right }: Extract<Step, { step: 'where' }>, value: unknown): boolean {
  const lefts = found(left, [value])
  if (operator === 'exists') return lefts.length > 0
  const rights = found(right, [value])
  if (lefts.length === 0 || rights.length === 0) return false
  if (lefts.length > 1 || rights.length > 1) throw new KubectlError('can only compare one element at a time')
  return compares(lefts[0], operator, rights[0])
}

function compares(a: unknown, operator: string, b: unknown): boolean {
  switch (operator) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return less(a, b)
    case '>':
      return less(b, a)
    case '<=':
      return a === b || less(a, b)
    case '>=':
      return a === b || less(b, a)
    default:
      throw new KubectlError(`unrecognized filter operator ${operator}`)
  }
}

function less(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b
  if (typeof a === 'string' && typeof b === 'string') return a < b
  throw new KubectlError('incompatible types for comparison')
}

/** As Go prints it: maps and lists as JSON, the rest plain. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return typeof value === 'object' ? goJson(value) : String(value)
}

/** encoding/json: keys sorted, and what HTML would read escaped. */
export const goJson = (value: unknown, indent?: string): string =>
  escapeHtml(JSON.stringify(sorted(value), undefined, indent) ?? 'null')

const escapeHtml = (text: string): string =>
  text.replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}

/** `.a.b`, `a.b` and `{.a.b}` are the same: kubernetes/kubectl:pkg/cmd/get/customcolumn.go (RelaxedJSONPathExpression). */
export function relaxed(path: string): string {
  const inside = /^\{?\.?([^{}]+)\}?$/.exec(path)?.[1]
  if (inside === undefined)
    throw new KubectlError(
      `unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`,
    )
  return `{.${inside}}`
}

/** A value as Go's `%#v` prints it. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isObject(value)) return String(value)
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`)
  return `map[string]interface {}{${pairs.join(', ')}}`
}
