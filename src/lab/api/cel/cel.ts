/**
 * Expressions of the Common Expression Language as the API server evaluates them: staging:apiserver/pkg/cel. The language is a library's,
 * Kubernetes' own functions are beside it (library/).
 *
 * Not imitated: types of fields (everything is dynamic: most of what a real server finds wrong when an expression is written is found when it
 * is asked), costs and their limits, JSON patches, semver, comprehensions with two variables.
 */
import {
  type ASTNode,
  TypeError as CelTypeError,
  type Environment,
  EvaluationError,
  Optional,
  ParseError,
} from '@marcbachmann/cel-js'
import { remembering } from '#base/remember.ts'
import { environment, optionalEnvironment } from '#lab/api/cel/environment.ts'

/** What came of an expression. `error` is worded as cel-go words it, as far as the library lets one tell. */
export type Outcome = { readonly value: unknown } | { readonly error: string }

interface Program {
  readonly run: (context: Readonly<Record<string, unknown>>) => unknown
  readonly tree: ASTNode
  /** The variables that it names anywhere. */
  readonly names: ReadonlySet<string>
}

const compiledIn = (language: () => Environment) =>
  remembering((expression): Program | { readonly error: string } => compile(expression, language()))

const compiled = compiledIn(environment)
const compiledOptional = compiledIn(optionalEnvironment)

function compile(expression: string, language: Environment): Program | { readonly error: string } {
  try {
    const run = language.parse(expression)
    return { run, tree: run.ast, names: new Set(namesIn(run.ast)) }
  } catch (error) {
    const { start = 0 } = error instanceof ParseError ? (error.range ?? {}) : {}
    return { error: compileError(expression, start, `Syntax error: ${wordsOf(error)}`) }
  }
}

/** Why an expression is none. */
export function syntaxError(expression: string): string | undefined {
  const program = compiled(expression)
  return 'run' in program ? undefined : program.error
}

/** What a compiler says of a place in an expression: cel-go's common/error.go. */
export function compileError(expression: string, at: number, says: string): string {
  const before = expression.slice(0, at).split('\n')
  const column = before.at(-1)?.length ?? 0
  const line = expression.split('\n')[before.length - 1] ?? ''
  return `ERROR: <input>:${before.length}:${column + 1}: ${says}\n | ${line}\n | ${'.'.repeat(column)}^`
}

/** The tree of an expression; undefined for a text that is none. */
export function treeOf(expression: string): ASTNode | undefined {
  const program = compiled(expression)
  return 'run' in program ? program.tree : undefined
}

/** The nodes right below one. */
export function nodesIn({ args }: ASTNode): readonly ASTNode[] {
  const inner = (value: unknown): readonly ASTNode[] => {
    if (Array.isArray(value)) return value.flatMap(inner)
    return isNode(value) ? [value] : []
  }
  return inner(args)
}

/** Whether an expression asks for a variable. */
export function mentions(expression: string, variable: string): boolean {
  const program = compiled(expression)
  return 'run' in program && program.names.has(variable)
}

/** `context`: each variable as {@link celValue} makes it. */
export function evaluate(expression: string, context: Readonly<Record<string, unknown>>): Outcome {
  const program = (context.oldSelf instanceof Optional ? compiledOptional : compiled)(expression)
  if (!('run' in program)) return program
  try {
    return { value: program.run(context) }
  } catch (error) {
    return { error: wordsOf(error) }
  }
}

/** A text as `duration()` reads it; it stays one where that cannot be. */
export function duration(text: string): unknown {
  const outcome = evaluate('duration(text)', { text })
  return 'value' in outcome ? outcome.value : text
}

/** JSON as CEL sees it: whole numbers are of a type of their own. */
export function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return value.map(celValue)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, celValue(inner)]))
}

const namesIn = (node: ASTNode): string[] => (node.op === 'id' ? [node.args] : nodesIn(node).flatMap(namesIn))

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value

function wordsOf(error: unknown): string {
  const ours =
    error instanceof EvaluationError || error instanceof ParseError || error instanceof CelTypeError
  // The library cannot choose among functions for a value of which it knows no type.
  if (!ours && error instanceof Error && error.message.startsWith('Operator overload'))
    return 'no such overload'
  if (!ours) throw error
  if (error.code === 'no_such_overload' || error.code === 'no_matching_overload') return 'no such overload'
  return error.summary.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
}
