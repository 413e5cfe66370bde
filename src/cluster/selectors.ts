/** Calico's selectors, evaluated against labels. */

type Labels = Readonly<Record<string, string>>

/**
 * Whether a selector takes an object with these labels; undefined where it cannot be read. No selector at all takes
 * everything. A comparison with a label that is absent fails, its negation holds.
 *
 * @see projectcalico/calico:libcalico-go/lib/selector/parser/parser.go, libcalico-go/lib/selector/tokenizer/tokenizer.go
 */
export function selects(selector: string, labels: Labels): boolean | undefined {
  const tokens = tokensOf(selector)
  if (tokens === undefined) return undefined
  if (tokens.length === 0) return true
  const parser: Parser = { tokens, at: 0, labels, depth: 0 }
  const result = either(parser)
  return parser.at === tokens.length ? result : undefined
}

interface Parser {
  readonly tokens: readonly string[]
  at: number
  readonly labels: Labels
  depth: number
}

/** Deeper than people write, and shallow enough for the stack. */
const depthMax = 50

const token = /\s*(?:(?<operator>&&|\|\||==|!=|[(){},!])|(?<text>"[^"]*"|'[^']*')|(?<word>[\w./-]+))/y

/** Operators and words as they stand, texts with their quotes; undefined for what is no selector. */
function tokensOf(selector: string): readonly string[] | undefined {
  const tokens: string[] = []
  const text = selector.trim()
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const found = token.exec(text)?.groups
    if (found === undefined) return undefined
    tokens.push(found.operator ?? found.text ?? found.word ?? '')
  }
  return tokens
}

/** The next token, where it is one of these; then it is taken. */
function taken(parser: Parser, ...wanted: readonly string[]): string | undefined {
  const next = parser.tokens[parser.at]
  if (next === undefined || !wanted.includes(next)) return undefined
  parser.at++
  return next
}

function either(parser: Parser): boolean | undefined {
  let result = both(parser)
  while (result !== undefined && taken(parser, '||') !== undefined) {
    const right = both(parser)
    result = right === undefined ? undefined : result || right
  }
  return result
}

function both(parser: Parser): boolean | undefined {
  let result = single(parser)
  while (result !== undefined && taken(parser, '&&') !== undefined) {
    const right = single(parser)
    result = right === undefined ? undefined : result && right
  }
  return result
}

function single(parser: Parser): boolean | undefined {
  if (parser.depth >= depthMax) return undefined
  parser.depth++
  const result = deeper(parser)
  parser.depth--
  return result
}

function deeper(parser: Parser): boolean | undefined {
  if (taken(parser, '!') !== undefined) {
    const inner = single(parser)
    return inner === undefined ? undefined : !inner
  }
  if (taken(parser, '(') !== undefined) {
    const inner = either(parser)
    return taken(parser, ')') === undefined ? undefined : inner
  }
  return called(parser) ?? compared(parser)
}

/** `all()`, `global()`, `has(label)`. */
function called(parser: Parser): boolean | undefined {
  if (parser.tokens[parser.at + 1] !== '(') return undefined
  const name = taken(parser, 'all', 'global', 'has')
  if (name === undefined) return undefined
  parser.at++
  const label = name === 'has' ? word(parser) : ''
  if (label === undefined || taken(parser, ')') === undefined) return undefined
  // Nodes are never “global”: that word is of policies' namespaces.
  return name === 'has' ? Object.hasOwn(parser.labels, label) : name === 'all'
}

function compared(parser: Parser): boolean | undefined {
  const label = word(parser)
  if (label === undefined) return undefined
  const value = Object.hasOwn(parser.labels, label) ? parser.labels[label] : undefined
  if (taken(parser, 'not') !== undefined) {
    const isAmong = taken(parser, 'in') === undefined ? undefined : among(parser, value)
    return isAmong === undefined ? undefined : !isAmong
  }
  if (taken(parser, 'in') !== undefined) return among(parser, value)
  const operator = taken(parser, '==', '!=', 'contains', 'starts', 'ends')
  if ((operator === 'starts' || operator === 'ends') && taken(parser, 'with') === undefined) return undefined
  const wanted = text(parser)
  if (operator === undefined || wanted === undefined) return undefined
  return comparisons[operator]?.(value, wanted)
}

const comparisons: Readonly<Record<string, (value: string | undefined, wanted: string) => boolean>> = {
  '==': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  contains: (value, wanted) => value?.includes(wanted) ?? false,
  starts: (value, wanted) => value?.startsWith(wanted) ?? false,
  ends: (value, wanted) => value?.endsWith(wanted) ?? false,
}

/** `{"a", "b"}` */
function among(parser: Parser, value: string | undefined): boolean | undefined {
  if (taken(parser, '{') === undefined) return undefined
  let isAmong = false
  while (taken(parser, '}') === undefined) {
    const one = text(parser)
    if (one === undefined) return undefined
    isAmong ||= one === value
    taken(parser, ',')
  }
  return isAmong
}

function word(parser: Parser): string | undefined {
  const next = parser.tokens[parser.at]
  if (next === undefined || !/^[\w./-]+$/.test(next)) return undefined
  parser.at++
  return next
}

function text(parser: Parser): string | undefined {
  const next = parser.tokens[parser.at]
  if (next === undefined || !/^["']/.test(next)) return undefined
  parser.at++
  return next.slice(1, -1)
}
