/** What cel-go's ext/strings.go (version 2) has beyond the library's own. */
import type { Environment } from '@marcbachmann/cel-js'
import { Duration } from '@marcbachmann/cel-js/evaluator'
import { fail } from '#lab/api/cel/failure.ts'

function replaced(text: string, from: string, to: string, most: bigint): string {
  const parts = text.split(from)
  const count = most < 0n ? parts.length - 1 : Math.min(Number(most), parts.length - 1)
  const [first = '', ...rest] = parts
  return rest.reduce((all, part, at) => all + (at < count ? to : from) + part, first)
}

function charAt(text: string, at: bigint): string {
  const letters = [...text]
  if (at < 0n || at > BigInt(letters.length)) return fail(`index out of range: ${at}`)
  return letters[Number(at)] ?? ''
}

/** A value as `%s` writes it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null) return 'null'
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  if (value instanceof Duration) return value.toString()
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${key}: ${shown(inner)}`).join(', ')}}`
}

const bases: Readonly<Record<string, number>> = { b: 2, o: 8, d: 10, x: 16, X: 16 }

function written(verb: string, precision: number, value: unknown): string {
  const number = typeof value === 'bigint' || typeof value === 'number'
  if (verb === 's') return shown(value)
  if (verb === 'f' && number) return Number(value).toFixed(precision)
  if (verb === 'e' && number)
    return Number(value)
      .toExponential(precision)
      .replace(/e([+-])(\d)$/, 'e$10$2')
  const base = bases[verb]
  if (base === undefined) return fail(`error during formatting: unrecognized formatting clause "${verb}"`)
  const digits =
    base === 16 && typeof value === 'string'
      ? Buffer.from(value).toString('hex')
      : typeof value === 'bigint'
        ? value.toString(base)
        : typeof value === 'boolean'
          ? String(Number(value))
          : fail(
              `error during formatting: ${verb === 'd' ? 'decimal' : 'integer'} clause can only be used on integers, was given ${typeof value}`,
            )
  return verb === 'X' ? digits.toUpperCase() : digits
}

function formatted(text: string, values: readonly unknown[]): string {
  let next = 0
  return text.replace(/%(?:\.(\d+))?(.)/gs, (_, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%'
    if (next >= values.length) return fail(`error during formatting: index ${next} out of range`)
    return written(verb, precision === undefined ? 6 : Number(precision), values[next++])
  })
}

class StringsNamespace {}

export function registerTexts(environment: Environment): void {
  environment
    .registerType('StringsNamespace', StringsNamespace)
    .registerConstant('strings', 'StringsNamespace', new StringsNamespace())
    .registerFunction('StringsNamespace.quote(string): string', (_: unknown, text: string) =>
      JSON.stringify(text),
    )
    .registerFunction('string.format(list): string', formatted)
    .registerFunction('string.charAt(int): string', charAt)
    .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction('string.replace(string, string, int): string', replaced)
    .registerFunction('string(google.protobuf.Duration): string', (value: Duration) => value.toString())
    .registerFunction('string(google.protobuf.Timestamp): string', (value: Date) => shown(value))
}
