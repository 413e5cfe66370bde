import type { Cursor } from '#lab/calico/bird/config/cursor.ts'
import type { Expression, FunctionConfig, PrefixPattern, Statement } from '#lab/calico/bird/config/model.ts'

/**
 * BIRD's filter language as far as Calico's templates write it (`bird:filter/config.Y`). Not imitated: `case`,
 * paths as values, sets of communities, local variables, string and path operators.
 */
export function parseFunction(c: Cursor): FunctionConfig {
  const name = c.symbol()
  c.expect('(')
  const parameters: string[] = []
  while (!c.has(')')) {
    c.symbol() // its type
    parameters.push(c.symbol())
    if (!c.has(',') && c.peek().text !== ')') c.refuse()
  }
  return { name, parameters, body: parseBlock(c) }
}

/** `{ … }` */
export function parseBlock(c: Cursor): readonly Statement[] {
  c.expect('{')
  const body: Statement[] = []
  while (!c.has('}')) body.push(...parseStatement(c))
  return body
}

/** One statement, or the statements of a block. */
function parseStatement(c: Cursor): readonly Statement[] {
  if (c.peek().text === '{') return parseBlock(c)
  if (c.has('if')) return [parseIf(c)]
  const statement = parseSimple(c)
  c.expect(';')
  return [statement]
}

function parseIf(c: Cursor): Statement {
  const condition = parseExpression(c)
  c.expect('then')
  const then = parseStatement(c)
  const otherwise = c.has('else') ? parseStatement(c) : []
  return { does: 'if', condition, then, otherwise }
}

function parseSimple(c: Cursor): Statement {
  if (c.has('accept')) return { does: 'accept' }
  if (c.has('reject')) return { does: 'reject' }
  if (c.has('return')) return { does: 'return', value: parseExpression(c) }
  const name = c.symbol()
  if (c.has('=')) return { does: 'set', name, value: parseExpression(c) }
  if (c.has('.')) return parseChange(c, name)
  return { does: 'call', call: parseCall(c, name) }
}

/** `.add(value)`, `.delete(value)` */
function parseChange(c: Cursor, name: string): Statement {
  const how = c.has('delete') ? 'delete' : 'add'
  if (how === 'add') c.expect('add')
  c.expect('(')
  return closed(c, { does: 'change', name, how, value: parseExpression(c) })
}

function parseCall(c: Cursor, name: string): Expression {
  c.expect('(')
  const args: Expression[] = []
  while (!c.has(')')) {
    args.push(parseExpression(c))
    if (!c.has(',') && c.peek().text !== ')') c.refuse()
  }
  return { is: 'call', name, args }
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['=', '!=', '<', '>', '<=', '>=', '~', '!~'],
  ['+', '-'],
]

function parseExpression(c: Cursor, level = 0): Expression {
  const ops = levels[level]
  if (!ops) return parseTerm(c)
  let left = parseExpression(c, level + 1)
  while (c.peek().kind === 'mark' && ops.includes(c.peek().text)) {
    const op = c.take().text
    left = { is: 'binary', op, left, right: parseExpression(c, level + 1) }
  }
  return left
}

function parseTerm(c: Cursor): Expression {
  if (c.has('!')) return { is: 'not', of: parseTerm(c) }
  if (c.has('(')) return closed(c, parseBracketed(c))
  if (c.has('[')) return c.peek().kind === 'symbol' ? parseNames(c) : { is: 'set', prefixes: parseSet(c) }
  switch (c.peek().kind) {
    case 'number':
      return { is: 'number', value: c.number() }
    case 'text':
      return { is: 'text', value: c.text() }
    case 'address':
      return c.peek(1).text === '/'
        ? { is: 'prefix', value: c.filterPrefix() }
        : { is: 'address', value: c.address() }
    case 'symbol':
      return parseName(c)
    default:
      return c.refuse()
  }
}

/** A community where numbers follow each other, else an expression in brackets. */
function parseBracketed(c: Cursor): Expression {
  if (c.peek().kind !== 'number' || c.peek(1).text !== ',') return parseExpression(c)
  const parts = [c.number()]
  while (c.has(',')) parts.push(c.number())
  return { is: 'community', value: `(${parts.join(parts.length === 2 ? ',' : ', ')})` }
}

function parseNames(c: Cursor): Expression {
  const names: string[] = []
  while (!c.has(']')) {
    names.push(c.symbol())
    if (!c.has(',') && c.peek().text !== ']') c.refuse()
  }
  return { is: 'names', names }
}

function parseName(c: Cursor): Expression {
  const name = c.symbol()
  if (name === 'true' || name === 'false') return { is: 'truth', value: name === 'true' }
  if (name === 'defined') {
    c.expect('(')
    return closed(c, { is: 'defined', name: c.symbol() })
  }
  return c.peek().text === '(' ? parseCall(c, name) : { is: 'name', name }
}

function closed<T>(c: Cursor, inner: T): T {
  c.expect(')')
  return inner
}

function parseSet(c: Cursor): readonly PrefixPattern[] {
  const found: PrefixPattern[] = []
  while (!c.has(']')) {
    found.push(parsePattern(c))
    if (!c.has(',') && c.peek().text !== ']') c.refuse()
  }
  return found
}

/** `p`, `p+` (p and all inside), `p-` (p and all around), `p{from,to}`. */
function parsePattern(c: Cursor): PrefixPattern {
  const prefix = c.filterPrefix()
  const own = Number(prefix.split('/')[1])
  if (c.has('+')) return { prefix, from: own, to: 32 }
  if (c.has('-')) return { prefix, from: 0, to: own }
  if (!c.has('{')) return { prefix, from: own, to: own }
  const from = c.number()
  c.expect(',')
  const to = c.number()
  c.expect('}')
  return { prefix, from, to }
}
