/**
 * Go templates, read: golang/go:src/text/template/parse/{lex,parse}.go.
 *
 * Not imitated: `define`, `template`, `block`, complex numbers, character constants.
 */
import { lex, type Token } from '#lab/kubectl/go-template/lex.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

/** Where something stands, and what it looks like, for messages. */
export interface Spot {
  readonly at: number
  readonly source: string
}

export type Operand = Spot &
  (
    | { readonly kind: 'dot' | 'nil' }
    | { readonly kind: 'constant'; readonly value: string | number | boolean }
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'function'; readonly name: string }
    | { readonly kind: 'pipeline'; readonly pipeline: Pipeline }
    | { readonly kind: 'fields'; readonly of: Operand; readonly names: readonly string[] }
  )

export interface Pipeline {
  /** `$k, $v :=`. */
  readonly variables: readonly string[]
  readonly isAssignment: boolean
  readonly commands: readonly (Spot & { readonly operands: readonly Operand[] })[]
}

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | { readonly kind: 'break' | 'continue' }
  | {
      readonly kind: 'if' | 'with' | 'range'
      readonly pipeline: Pipeline
      readonly body: readonly Part[]
      readonly otherwise: readonly Part[]
    }

/** Throws {@link KubectlError} in Go's words. `functions`: those that can be called. */
export function parseGoTemplate(source: string, functions: ReadonlySet<string>): readonly Part[] {
  return new Parser(source, functions).template()
}

const refused = new Set(['define', 'template', 'block'])

class Parser {
  readonly #source: string
  readonly #functions: ReadonlySet<string>
  readonly #tokens: readonly Token[]
  #at = 0
  #variables = ['$']
  #loops = 0

  constructor(source: string, functions: ReadonlySet<string>) {
    this.#source = source
    this.#functions = functions
    this.#tokens = lex(source)
  }

  template(): readonly Part[] {
    const { parts, end } = this.#list()
    if (end !== 'eof') throw this.#error(`unexpected {{${end}}}`)
    return parts
  }

  /** Parts until what closes them: `end`, `else`, or the end of the source. */
  #list(): { readonly parts: readonly Part[]; readonly end: 'eof' | 'end' | 'else' } {
    const parts: Part[] = []
    for (;;) {
      const token = this.#next()
      if (token.kind === 'eof') return { parts, end: 'eof' }
      if (token.kind === 'text') parts.push({ kind: 'text', text: token.text })
      else if (token.kind === 'left') {
        const word = this.#peek()
        if (word.kind === 'word' && (word.text === 'end' || word.text === 'else')) {
          this.#next()
          return { parts, end: word.text }
        }
        parts.push(this.#action())
      }
    }
  }

  #action(): Part {
    const word = this.#peek()
    if (word.kind === 'word' && refused.has(word.text))
      throw new KubectlError(
        `this kubectl's Go templates have no {{${word.text}}}: use -o jsonpath, custom-columns or json`,
      )
    if (word.kind === 'word' && (word.text === 'if' || word.text === 'with' || word.text === 'range')) {
      this.#next()
      return this.#control(word.text)
    }
    if (word.kind === 'word' && (word.text === 'break' || word.text === 'continue')) {
      if (this.#loops === 0) throw this.#error(`{{${word.text}}} outside {{range}}`)
      this.#next()
      this.#right(word.text)
      return { kind: word.text }
    }
    return { kind: 'action', pipeline: this.#pipeline('right', 'command') }
  }

  #control(kind: 'if' | 'with' | 'range'): Part {
    const known = this.#variables.length
    const pipeline = this.#pipeline('right', kind)
    if (kind === 'range') this.#loops++
    const { parts: body, end } = this.#list()
    if (kind === 'range') this.#loops--
    const otherwise = end === 'else' ? this.#otherwise(kind) : []
    if (end === 'eof') throw this.#error('unexpected EOF')
    if (end === 'end') this.#right('end')
    this.#variables.length = known
    return { kind, pipeline, body, otherwise }
  }

  /** Behind `else`: `else if` closes both. */
  #otherwise(kind: 'if' | 'with' | 'range'): readonly Part[] {
    const word = this.#peek()
    if (word.kind === 'word' && word.text === kind && kind !== 'range') {
      this.#next()
      return [this.#control(kind)]
    }
    this.#right('else')
    const { parts, end } = this.#list()
    if (end === 'eof') throw this.#error('unexpected EOF')
    if (end === 'else') throw this.#error('expected end; found {{else}}')
    this.#right('end')
    return parts
  }

  #right(context: string): void {
    const token = this.#next()
    if (token.kind !== 'right') throw this.#unexpected(token, context)
  }

  #pipeline(end: 'right' | ')', context: string): Pipeline {
    const { variables, isAssignment } = this.#declaration(context)
    const commands: Pipeline['commands'][number][] = []
    for (;;) {
      const token = this.#peek()
      if (token.kind === end) {
        this.#next()
        if (commands.length === 0) throw this.#error(`missing value for ${context}`)
        return { variables, isAssignment, commands }
      }
      commands.push(this.#command(context, end === ')'))
    }
  }

  #declaration(context: string): Pick<Pipeline, 'variables' | 'isAssignment'> {
    const from = this.#at
    const names: string[] = []
    for (let token = this.#peek(); token.kind === 'variable'; token = this.#peek()) {
      names.push(token.text)
      this.#next()
      const { kind } = this.#peek()
      if (kind === ',' && context === 'range' && names.length < 2) {
        this.#next()
        continue
      }
      if (kind !== ':=' && kind !== '=') break
      this.#next()
      if (kind === '=') for (const name of names) this.#known(name)
      else this.#variables.push(...names)
      return { variables: names, isAssignment: kind === '=' }
    }
    this.#at = from
    return { variables: [], isAssignment: false }
  }

  #command(context: string, inParentheses: boolean): Pipeline['commands'][number] {
    const { at } = this.#peek()
    const operands: Operand[] = []
    let until = at
    for (;;) {
      const token = this.#peek()
      if (token.kind === '|') {
        this.#next()
        break
      }
      if (token.kind === ')' && !inParentheses) throw this.#error('unexpected right paren')
      if (token.kind === 'right' || token.kind === ')') break
      operands.push(this.#operand(context))
      until = this.#tokens[this.#at - 1]?.until ?? at
    }
    if (operands.length === 0) throw this.#error('empty command')
    return { at, source: this.#source.slice(at, until), operands }
  }

  #operand(context: string): Operand {
    const first = this.#peek()
    let operand = this.#term(context)
    const names: string[] = []
    let at = first.at
    while (this.#peek().kind === 'field' && this.#peek().at === this.#tokens[this.#at - 1]?.until) {
      // What stands behind is told by where its second field is (parse.go, operand).
      if (names.length === 0) at = this.#peek().at
      names.push(this.#next().text)
    }
    if (names.length === 0) return operand
    if (operand.kind === 'fields') {
      names.unshift(...operand.names)
      operand = operand.of
    }
    const source = this.#source.slice(first.at, this.#tokens[this.#at - 1]?.until)
    return { kind: 'fields', of: operand, names, at, source }
  }

  #term(context: string): Operand {
    const token = this.#next()
    const spot = { at: token.at, source: this.#source.slice(token.at, token.until) }
    switch (token.kind) {
      case '.':
        return { ...spot, kind: 'dot' }
      case 'field':
        return { ...spot, kind: 'fields', of: { ...spot, kind: 'dot' }, names: [token.text] }
      case 'variable':
        this.#known(token.text)
        return { ...spot, kind: 'variable', name: token.text }
      case 'string':
        return { ...spot, kind: 'constant', value: token.text }
      case 'number':
        return { ...spot, kind: 'constant', value: Number(token.text) }
      case '(':
        return { ...spot, kind: 'pipeline', pipeline: this.#pipeline(')', 'parenthesized pipeline') }
      case 'word':
        return this.#word(token.text, spot)
      default:
        throw this.#unexpected(token, context)
    }
  }

  #word(word: string, spot: Spot): Operand {
    if (word === 'true' || word === 'false') return { ...spot, kind: 'constant', value: word === 'true' }
    if (word === 'nil') return { ...spot, kind: 'nil' }
    if (unavailable.has(word))
      throw new KubectlError(
        `this kubectl's Go templates have no function ${word}: use -o jsonpath, custom-columns or json`,
      )
    if (!this.#functions.has(word)) throw this.#error(`function ${JSON.stringify(word)} not defined`)
    return { ...spot, kind: 'function', name: word }
  }

  #known(name: string): void {
    if (!this.#variables.includes(name)) throw this.#error(`undefined variable ${JSON.stringify(name)}`)
  }

  #peek(): Token {
    return this.#tokens[this.#at] as Token // the last one is the end, which nobody passes
  }

  #next(): Token {
    const token = this.#peek()
    if (token.kind !== 'eof') this.#at++
    return token
  }

  #unexpected(token: Token, context: string): KubectlError {
    if (token.kind === 'eof') return this.#error('unclosed action')
    const shown = token.kind === 'right' ? '"}}"' : `<${this.#source.slice(token.at, token.until)}>`
    return this.#error(`unexpected ${shown} in ${context}`)
  }

  #error(message: string): KubectlError {
    const line = this.#source.slice(0, this.#peek().at).split('\n').length
    return new KubectlError(`template: output:${line}: ${message}`)
  }
}

/** Go's own that this one does without. */
const unavailable = new Set(['call', 'html', 'js', 'slice', 'urlquery'])
