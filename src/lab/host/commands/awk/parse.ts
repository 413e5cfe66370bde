import { AwkSyntaxError, type Expression, type Rule, type Statement } from '#lab/host/commands/awk/syntax.ts'
import { type Token, tokensOf } from '#lab/host/commands/awk/tokens.ts'

/** Throws AwkSyntaxError. */
export function parseAwk(source: string): readonly Rule[] {
  const parser = new Parser(tokensOf(source))
  return parser.rules()
}

/** Weakest first; concatenation stands between comparison and sums. */
const comparisons = ['<', '<=', '==', '!=', '>', '>=']

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  rules(): readonly Rule[] {
    const rules: Rule[] = []
    this.#ends()
    while (this.#token.kind !== 'end') {
      rules.push(this.#rule())
      this.#ends()
    }
    return rules
  }

  #rule(): Rule {
    const when = this.#when()
    if (this.#is('{')) return { when, body: this.#block() }
    if (when.kind === 'begin' || when.kind === 'end' || when.kind === 'always') throw this.#unexpected()
    return { when, body: { kind: 'print', values: [] } }
  }

  #when(): Rule['when'] {
    if (this.#is('{')) return { kind: 'always' }
    if (this.#takes('BEGIN')) return { kind: 'begin' }
    if (this.#takes('END')) return { kind: 'end' }
    const test = this.#expression()
    if (!this.#takes(',')) return { kind: 'test', test }
    return { kind: 'range', from: test, to: this.#expression() }
  }

  #block(): Statement {
    this.#needs('{')
    const body: Statement[] = []
    this.#ends()
    while (!this.#takes('}')) {
      body.push(this.#statement())
      this.#ends()
    }
    return { kind: 'block', body }
  }

  #statement(): Statement {
    if (this.#is('{')) return this.#block()
    switch (this.#token.text) {
      case 'if':
        return this.#if()
      case 'while':
        this.#at++
        return { kind: 'loop', test: this.#inParentheses(), body: this.#body() }
      case 'for':
        return this.#for()
      default:
        return this.#simple()
    }
  }

  #body(): Statement {
    this.#lines()
    return this.#takes(';') ? { kind: 'block', body: [] } : this.#statement()
  }

  #if(): Statement {
    this.#at++
    const test = this.#inParentheses()
    const yes = this.#body()
    const before = this.#at
    this.#ends()
    if (this.#takes('else')) return { kind: 'if', test, yes, no: this.#body() }
    this.#at = before
    return { kind: 'if', test, yes }
  }

  #for(): Statement {
    this.#at++
    this.#needs('(')
    const [name, word, of, close] = this.#tokens.slice(this.#at, this.#at + 4)
    if (name?.kind === 'name' && word?.text === 'in' && of?.kind === 'name' && close?.text === ')') {
      this.#at += 4
      return { kind: 'each', name: name.text, of: of.text, body: this.#body() }
    }
    const first = this.#is(';') ? undefined : this.#simple()
    this.#needs(';')
    const test = this.#is(';') ? undefined : this.#expression()
    this.#needs(';')
    const then = this.#is(')') ? undefined : this.#simple()
    this.#needs(')')
    return { kind: 'loop', first, test, then, body: this.#body() }
  }

  #simple(): Statement {
    const { text, kind } = this.#token
    if (text === 'print' || text === 'printf') {
      this.#at++
      return { kind: text, values: this.#printed() }
    }
    if (kind === 'name' && (text === 'next' || text === 'break' || text === 'continue')) {
      this.#at++
      return { kind: text }
    }
    if (text === 'exit') {
      this.#at++
      return this.#isOver ? { kind: 'exit' } : { kind: 'exit', code: this.#expression() }
    }
    if (text === 'delete') {
      this.#at++
      const name = this.#token.text
      this.#at++
      return { kind: 'delete', name, keys: this.#takes('[') ? this.#list(']') : [] }
    }
    return { kind: 'do', value: this.#expression() }
  }

  #printed(): readonly Expression[] {
    if (this.#isOver) return []
    const values = [this.#choice(false)]
    while (this.#takes(',')) values.push(this.#choice(false))
    // `print (a, b)`: the parentheses were read as a list.
    if (this.#is('>')) throw this.#unexpected()
    return values.flatMap((value) => (value.kind === 'call' && value.name === '(' ? value.values : [value]))
  }

  get #isOver(): boolean {
    return ['line', 'end'].includes(this.#token.kind) || this.#is(';') || this.#is('}')
  }

  #expression(): Expression {
    return this.#choice(true)
  }

  /** `print a > b` writes a file: there, nothing is compared by `>` without parentheses. */
  #choice(compares: boolean): Expression {
    const test = this.#either(compares)
    if (this.#takes('?')) {
      const yes = this.#choice(compares)
      this.#needs(':')
      return { kind: 'choice', test, yes, no: this.#choice(compares) }
    }
    const operator = this.#token.text
    if (this.#token.kind !== 'mark' || !/^([-+*/%^])?=$/.test(operator)) return test
    if (!['variable', 'element', 'field'].includes(test.kind)) throw this.#unexpected()
    this.#at++
    return { kind: 'assign', operator: operator.slice(0, -1), to: test, value: this.#choice(compares) }
  }

  #either(compares: boolean): Expression {
    let left = this.#both(compares)
    while (this.#takes('||')) left = binary('||', left, this.#both(compares))
    return left
  }

  #both(compares: boolean): Expression {
    let left = this.#member(compares)
    while (this.#takes('&&')) left = binary('&&', left, this.#member(compares))
    return left
  }

  #member(compares: boolean): Expression {
    const left = this.#match(compares)
    if (!this.#takes('in')) return left
    const name = this.#token.text
    this.#at++
    return { kind: 'has', keys: left.kind === 'call' && left.name === '(' ? left.values : [left], name }
  }

  #match(compares: boolean): Expression {
    let left = this.#comparison(compares)
    while (this.#is('~') || this.#is('!~')) left = binary(this.#taken(), left, this.#comparison(compares))
    return left
  }

  #comparison(compares: boolean): Expression {
    const left = this.#joined()
    if (!comparisons.some((each) => this.#is(each) && (compares || each !== '>'))) return left
    return binary(this.#taken(), left, this.#joined())
  }

  #joined(): Expression {
    let left = this.#sum()
    while (this.#startsOperand) left = binary('', left, this.#sum())
    return left
  }

  get #startsOperand(): boolean {
    const { kind, text } = this.#token
    if (['number', 'text', 'call'].includes(kind)) return true
    if (kind === 'name') return text !== 'in'
    return kind === 'mark' && ['$', '(', '!', '-', '++', '--'].includes(text)
  }

  #sum(): Expression {
    let left = this.#product()
    while (this.#is('+') || this.#is('-')) left = binary(this.#taken(), left, this.#product())
    return left
  }

  #product(): Expression {
    let left = this.#unary()
    while (this.#is('*') || this.#is('/') || this.#is('%')) left = binary(this.#taken(), left, this.#unary())
    return left
  }

  #unary(): Expression {
    if (this.#is('!') || this.#is('-') || this.#is('+'))
      return { kind: 'unary', operator: this.#taken(), value: this.#unary() }
    const base = this.#stepped()
    return this.#takes('^') ? binary('^', base, this.#unary()) : base
  }

  #stepped(): Expression {
    if (this.#is('++') || this.#is('--')) {
      const by = this.#taken() === '++' ? 1 : -1
      return { kind: 'step', by, prefix: true, to: this.#operand() }
    }
    const to = this.#operand()
    const isPlace = ['variable', 'element', 'field'].includes(to.kind)
    if (!isPlace || !(this.#is('++') || this.#is('--'))) return to
    return { kind: 'step', by: this.#taken() === '++' ? 1 : -1, prefix: false, to }
  }

  #operand(): Expression {
    const { kind, text } = this.#token
    this.#at++
    switch (kind) {
      case 'number':
        return { kind: 'number', value: Number(text) }
      case 'text':
        return { kind: 'text', value: text }
      case 'pattern':
        return { kind: 'pattern', source: text }
      case 'call':
        this.#needs('(')
        return { kind: 'call', name: text, values: this.#list(')') }
      case 'name':
        if (text === 'length') return { kind: 'call', name: text, values: [] }
        return this.#takes('[')
          ? { kind: 'element', name: text, keys: this.#list(']') }
          : { kind: 'variable', name: text }
      default:
        return this.#marked(text)
    }
  }

  #marked(text: string): Expression {
    if (text === '$') return { kind: 'field', index: this.#is('-') ? this.#unary() : this.#operand() }
    if (text === '(') {
      const values = this.#list(')')
      return values.length === 1 && values[0] ? values[0] : { kind: 'call', name: '(', values }
    }
    this.#at--
    throw this.#unexpected()
  }

  #list(close: string): readonly Expression[] {
    const values: Expression[] = []
    while (!this.#takes(close)) {
      if (values.length > 0) this.#needs(',')
      values.push(this.#expression())
    }
    return values
  }

  #inParentheses(): Expression {
    this.#needs('(')
    const value = this.#expression()
    this.#needs(')')
    return value
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' }
  }

  #is(text: string): boolean {
    const { kind, text: own } = this.#token
    return own === text && (kind === 'mark' || kind === 'name' || kind === 'call')
  }

  #takes(text: string): boolean {
    if (!this.#is(text)) return false
    this.#at++
    return true
  }

  #taken(): string {
    const { text } = this.#token
    this.#at++
    return text
  }

  #needs(text: string): void {
    if (!this.#takes(text)) throw this.#unexpected()
  }

  #lines(): void {
    while (this.#token.kind === 'line') this.#at++
  }

  /** Whatever ends a statement. */
  #ends(): void {
    while (this.#token.kind === 'line' || this.#is(';')) this.#at++
  }

  #unexpected(): AwkSyntaxError {
    return new AwkSyntaxError(this.#token.text)
  }
}

const binary = (operator: string, left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator,
  left,
  right,
})
