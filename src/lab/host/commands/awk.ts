import { invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { fromPosix } from '#lab/host/commands/grep.ts'
import { inputText, linesOf } from '#lab/host/commands/text.ts'
import type { Program } from '#lab/host/ports.ts'
import { regularExpression } from '#lab/host/shell/glob.ts'

/** One line as awk sees it. */
interface Record {
  readonly line: string
  readonly fields: readonly string[]
  readonly number: number
}

interface Rule {
  readonly matches: (record: Record) => boolean
  /** What is printed, piece by piece; a comma is a blank. */
  readonly print: readonly ((record: Record) => string)[]
}

/**
 * awk(1), no more of it than people use between two pipes: `-F`, rules of `/re/`, `NR==N`, `$N=="text"` or nothing, and
 * `{print …}` of `$N`, `$NF`, `NR`, `NF` and texts.
 */
export const awk: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { values: ['F', 'v'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const [source = '', ...paths] = args.operands
  const rules = parseRules(source)
  if (rules === undefined) {
    say(p, `syntax error at source line 1: only patterns and {print …} are supported: ${source}`)
    return 2
  }
  const separator = regularExpression(args.values.get('F') ?? ' ')
  let code = 0
  let number = 0
  for (const path of paths.length === 0 ? ['-'] : paths) {
    const text = await inputText(p, path, (name, message) => `cannot open "${name}" (${message})`)
    if (text === undefined) code = 2
    for (const line of linesOf(text ?? '')) {
      const blank = args.values.get('F') === undefined || args.values.get('F') === ' '
      const fields = blank
        ? line
            .trim()
            .split(/\s+/)
            .filter((each) => each !== '')
        : line.split(separator ?? ' ')
      const record: Record = { line, fields, number: ++number }
      for (const { matches, print } of rules)
        if (matches(record)) p.stdout.write(`${print.map((piece) => piece(record)).join('')}\n`)
    }
  }
  return code
}

function parseRules(source: string): Rule[] | undefined {
  const rules: Rule[] = []
  for (const [whole, pattern = '', body] of source.matchAll(
    /\s*((?:\/(?:\\.|[^/])*\/|[^{}/])*)(?:\{([^}]*)\})?\s*/g,
  )) {
    if (whole === '') continue
    const matches = matcherOf(pattern.trim())
    const print = body === undefined ? [lineOf] : printed(body.trim())
    if (matches === undefined || print === undefined) return undefined
    rules.push({ matches, print })
  }
  return rules.length > 0 && source.replaceAll(/\/(\\.|[^/])*\//g, '').split('{').length <= rules.length + 1
    ? rules
    : undefined
}

const lineOf = ({ line }: Record): string => line

function matcherOf(pattern: string): Rule['matches'] | undefined {
  if (pattern === '') return () => true
  const [, negated, source] = /^(!?)\/(.*)\/$/.exec(pattern) ?? []
  if (source !== undefined) {
    const expression = regularExpression(fromPosix(source))
    return expression && (({ line }) => expression.test(line) !== (negated === '!'))
  }
  const [, left, operator, right] =
    /^(NR|NF|\$\d+|\$NF)\s*(==|!=|>=|<=|>|<|~)\s*(\d+|"[^"]*"|\/.*\/)$/.exec(pattern) ?? []
  const value = left === undefined ? undefined : pieceOf(left)
  return value === undefined || operator === undefined || right === undefined
    ? undefined
    : comparison(value, operator, right)
}

function comparison(
  value: (record: Record) => string,
  operator: string,
  right: string,
): Rule['matches'] | undefined {
  if (operator === '~') {
    const expression = regularExpression(fromPosix(right.replaceAll(/^["/]|["/]$/g, '')))
    return expression && ((record) => expression.test(value(record)))
  }
  const wanted = right.replaceAll(/^"|"$/g, '')
  const numeric = !right.startsWith('"')
  return (record) => {
    const actual = value(record)
    const order = numeric ? Number(actual) - Number(wanted) : actual === wanted ? 0 : actual < wanted ? -1 : 1
    switch (operator) {
      case '==':
        return order === 0
      case '!=':
        return order !== 0
      case '>=':
        return order >= 0
      case '<=':
        return order <= 0
      case '>':
        return order > 0
      default:
        return order < 0
    }
  }
}

function printed(body: string): Rule['print'] | undefined {
  const [, list] = /^print\b\s*(.*?);?$/.exec(body) ?? []
  if (list === undefined) return undefined
  if (list === '') return [lineOf]
  const pieces: ((record: Record) => string)[] = []
  for (const token of list.match(/"(?:\\.|[^"])*"|\$?\w+|,|[^\s]/g) ?? []) {
    const piece = token === ',' ? (): string => ' ' : pieceOf(token)
    if (piece === undefined) return undefined
    pieces.push(piece)
  }
  return pieces
}

function pieceOf(token: string): ((record: Record) => string) | undefined {
  if (token.startsWith('"')) {
    const text = token.slice(1, -1).replaceAll('\\t', '\t').replaceAll('\\n', '\n').replaceAll('\\"', '"')
    return () => text
  }
  if (token === 'NR') return ({ number }) => String(number)
  if (token === 'NF') return ({ fields }) => String(fields.length)
  if (token === '$NF') return ({ fields }) => fields.at(-1) ?? ''
  if (token === '$0') return lineOf
  const index = /^\$(\d+)$/.exec(token)?.[1]
  return index === undefined ? undefined : ({ fields }) => fields[Number(index) - 1] ?? ''
}
