/** Values as Go's fmt shows them: golang/go:src/fmt/print.go. A map's key that is missing is `undefined`, JSON's null is `null`. */
import { isObject } from '#lab/api/json.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

/** `%v`. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`
  if (!isObject(value)) return String(value)
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${key}:${shown(value[key])}`)
  return `map[${pairs.join(' ')}]`
}

/** As Go names the type of what JSON gave. */
export function typeName(value: unknown): string {
  if (value === undefined || value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64'
    default:
      return 'map[string]interface {}'
  }
}

/** Whether `if` takes it for true. */
export function truth(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isObject(value) ? Object.keys(value).length > 0 : Boolean(value)
}

/** fmt.Sprint: a blank between two of which neither is a string. */
export const printed = (values: readonly unknown[]): string =>
  values
    .map((value, at) => {
      const apart = at > 0 && typeof value !== 'string' && typeof values[at - 1] !== 'string'
      return `${apart ? ' ' : ''}${shown(value)}`
    })
    .join('')

/** fmt.Sprintf with the verbs v, s, q, d, t, f and x, widths and precisions. */
export function formatted(format: string, values: readonly unknown[]): string {
  let used = 0
  const text = format.replaceAll(
    /%([-+ 0#]*)(\d*)(?:\.(\d*))?(.)/gs,
    (all, flags: string, width: string, precision, verb: string) => {
      if (verb === '%') return '%'
      if (!'vsqdtfx'.includes(verb)) throw new KubectlError(`this kubectl's printf has no ${all}`)
      if (used >= values.length) return `%!${verb}(MISSING)`
      const value = values[used++]
      const body = verbed(verb, value, precision === undefined ? undefined : Number(precision))
      const wide = Number(width)
      if (flags.includes('-')) return body.padEnd(wide)
      return body.padStart(wide, flags.includes('0') && typeof value === 'number' ? '0' : ' ')
    },
  )
  const extra = values.slice(used).map((value) => `${typeName(value)}=${shown(value)}`)
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`
}

function verbed(verb: string, value: unknown, precision: number | undefined): string {
  const isInt = typeof value === 'number' && Number.isInteger(value)
  if (verb === 'v') return shown(value)
  if (verb === 's' && typeof value === 'string')
    return precision === undefined ? value : value.slice(0, precision)
  if (verb === 's' && typeof value === 'object' && value !== null) return shown(value)
  if (verb === 'q' && typeof value === 'string') return JSON.stringify(value)
  if (verb === 'd' && isInt) return String(value)
  if (verb === 'x' && isInt) return value.toString(16)
  if (verb === 't' && typeof value === 'boolean') return String(value)
  if (verb === 'f' && typeof value === 'number' && !isInt) return value.toFixed(precision ?? 6)
  return value === undefined || value === null
    ? `%!${verb}(<nil>)`
    : `%!${verb}(${typeName(value)}=${shown(value)})`
}
