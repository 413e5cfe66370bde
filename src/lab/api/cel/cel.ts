/**
 * Expressions of the Common Expression Language as the API server evaluates them: staging:apiserver/pkg/cel. The language is a library's; of
 * Kubernetes' own additions there are the variables that are handed in.
 *
 * Not imitated: Kubernetes' functions (`quantity`, `url`, `ip`, `find`, `sum`, `authorizer` …), types of fields (everything is dynamic: what a real
 * server finds wrong when a policy is written is found when it is asked), costs and their limits, columns in messages of errors.
 */
import { TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js'
import { remembering } from '#base/remember.ts'

/** What came of an expression. `error` is worded as cel-go words it, as far as the library lets one tell. */
export type Outcome = { readonly value: unknown } | { readonly error: string }

type Run = (context: Readonly<Record<string, unknown>>) => unknown

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
})

const compiled = remembering((expression): Run | { readonly error: string } => {
  try {
    return environment.parse(expression)
  } catch (error) {
    return { error: wordsOf(error) }
  }
})

/** Why an expression is none. */
export function syntaxError(expression: string): string | undefined {
  const run = compiled(expression)
  return typeof run === 'function' ? undefined : run.error
}

/** `context`: each variable as {@link celValue} makes it. */
export function evaluate(expression: string, context: Readonly<Record<string, unknown>>): Outcome {
  const run = compiled(expression)
  if (typeof run !== 'function') return run
  try {
    return { value: run(context) }
  } catch (error) {
    return { error: wordsOf(error) }
  }
}

/** Fails the expression that comes to it. */
export function fail(message: string): never {
  throw new EvaluationError(message)
}

/** JSON as CEL sees it: whole numbers are of a type of their own. */
export function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return value.map(celValue)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, celValue(inner)]))
}

function wordsOf(error: unknown): string {
  const ours =
    error instanceof EvaluationError || error instanceof ParseError || error instanceof CelTypeError
  if (!ours) throw error
  if (error.code === 'no_such_overload' || error.code === 'no_matching_overload') return 'no such overload'
  return error.summary.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
}
