import type { Expression, Rule, Statement } from '#lab/host/commands/awk/syntax.ts'
import {
  AwkError,
  arithmetic,
  compared,
  holds,
  isTrue,
  looksNumeric,
  separated,
  toNumber,
  toText,
  type Value,
} from '#lab/host/commands/awk/values.ts'
import { fromPosix } from '#lab/host/commands/grep.ts'
import { regularExpression } from '#lab/host/shell/glob.ts'
import { printfText } from '#lab/host/shell/printf.ts'

/** A program runs in one event: one that never ends would hold the whole lab. */
const turnsMax = 1_000_000

/** Ways out of nested statements. */
class Leave extends Error {
  readonly how: 'next' | 'exit' | 'break' | 'continue'

  constructor(how: Leave['how']) {
    super(how)
    this.how = how
  }
}

/** One run of a program: feed it lines, then end it. Throws AwkError for a function that it lacks. */
export class AwkRun {
  readonly #rules: readonly Rule[]
  readonly #write: (text: string) => void
  readonly #variables = new Map<string, Value>([
    ['FS', ' '],
    ['OFS', ' '],
    ['ORS', '\n'],
    ['NR', 0],
    ['NF', 0],
    ['SUBSEP', '\x1c'],
  ])
  readonly #arrays = new Map<string, Map<string, Value>>()
  readonly #inside = new Set<Rule>()
  #line = ''
  #turns = 0
  #fields: string[] = []
  code = 0
  /** `exit` was met: no more lines are wanted. */
  isOver = false

  constructor(rules: readonly Rule[], write: (text: string) => void) {
    this.#rules = rules
    this.#write = write
  }

  /** Whether it asks for lines at all. */
  get reads(): boolean {
    return this.#rules.some(({ when }) => when.kind !== 'begin')
  }

  set(name: string, value: Value): void {
    this.#variables.set(name, value)
  }

  begin(): void {
    this.#all((rule) => rule.when.kind === 'begin')
  }

  line(text: string): void {
    this.#variables.set('NR', Number(this.#variables.get('NR')) + 1)
    this.#split(text)
    this.#all((rule) => this.#applies(rule))
  }

  end(): void {
    this.isOver = false
    this.#all((rule) => rule.when.kind === 'end')
  }

  #all(applies: (rule: Rule) => boolean): void {
    try {
      for (const rule of this.#rules) if (applies(rule)) this.#do(rule.body)
    } catch (error) {
      if (!(error instanceof Leave)) throw error
      if (error.how === 'exit') this.isOver = true
    }
  }

  #applies(rule: Rule): boolean {
    const { when } = rule
    switch (when.kind) {
      case 'always':
        return true
      case 'test':
        return isTrue(this.#value(when.test))
      case 'range': {
        const runs = this.#inside.has(rule) || isTrue(this.#value(when.from))
        if (runs && isTrue(this.#value(when.to))) this.#inside.delete(rule)
        else if (runs) this.#inside.add(rule)
        return runs
      }
      default:
        return false
    }
  }

  #split(line: string): void {
    this.#line = line
    this.#fields = separated(line, String(this.#variables.get('FS')))
    this.#variables.set('NF', this.#fields.length)
  }

  #setField(index: number, text: string): void {
    if (index === 0) {
      this.#split(text)
      return
    }
    while (this.#fields.length < index) this.#fields.push('')
    this.#fields[index - 1] = text
    this.#variables.set('NF', this.#fields.length)
    this.#line = this.#fields.join(String(this.#variables.get('OFS')))
  }

  #do(statement: Statement): void {
    switch (statement.kind) {
      case 'block':
        for (const each of statement.body) this.#do(each)
        return
      case 'print': {
        const texts = statement.values.map((each) => this.#text(each))
        const line = texts.length === 0 ? this.#line : texts.join(String(this.#variables.get('OFS')))
        this.#write(`${line}${this.#variables.get('ORS')}`)
        return
      }
      case 'printf':
        this.#write(this.#formatted(statement.values))
        return
      case 'do':
        this.#value(statement.value)
        return
      case 'if':
        if (isTrue(this.#value(statement.test))) this.#do(statement.yes)
        else if (statement.no) this.#do(statement.no)
        return
      case 'loop':
        this.#loop(statement)
        return
      case 'each':
        for (const key of [...this.#array(statement.of).keys()]) {
          this.#variables.set(statement.name, key)
          if (this.#turn(statement.body)) return
        }
        return
      case 'delete':
        if (statement.keys.length === 0) this.#array(statement.name).clear()
        else this.#array(statement.name).delete(this.#key(statement.keys))
        return
      case 'exit':
        if (statement.code) this.code = toNumber(this.#value(statement.code))
        throw new Leave('exit')
      default:
        throw new Leave(statement.kind)
    }
  }

  #loop(o: Statement & { kind: 'loop' }): void {
    if (o.first) this.#do(o.first)
    while (o.test === undefined || isTrue(this.#value(o.test))) {
      if (this.#turn(o.body)) return
      if (o.then) this.#do(o.then)
    }
  }

  /** One turn of a loop: whether it was broken off. */
  #turn(body: Statement): boolean {
    if (++this.#turns > turnsMax) throw new AwkError(`a loop of more than ${turnsMax} turns`)
    try {
      this.#do(body)
      return false
    } catch (error) {
      if (!(error instanceof Leave) || error.how === 'next' || error.how === 'exit') throw error
      return error.how === 'break'
    }
  }

  #formatted(values: readonly Expression[]): string {
    const [format = '', ...rest] = values.map((each) => this.#text(each))
    return printfText(format, rest).text
  }

  #text(expression: Expression): string {
    return toText(this.#value(expression))
  }

  #number(expression: Expression): number {
    return toNumber(this.#value(expression))
  }

  #value(e: Expression): Value {
    switch (e.kind) {
      case 'number':
      case 'text':
        return e.value
      case 'pattern':
        return this.#matches(this.#line, e) ? 1 : 0
      case 'variable':
        return this.#variables.get(e.name) ?? ''
      case 'element':
        return this.#element(this.#array(e.name), this.#key(e.keys))
      case 'field': {
        const index = this.#number(e.index)
        return index === 0 ? this.#line : (this.#fields[index - 1] ?? '')
      }
      case 'assign': {
        const value = this.#value(e.value)
        return this.#set(
          e.to,
          e.operator === '' ? value : arithmetic(e.operator, this.#number(e.to), toNumber(value)),
        )
      }
      case 'step': {
        const before = this.#number(e.to)
        this.#set(e.to, before + e.by)
        return e.prefix ? before + e.by : before
      }
      case 'unary': {
        if (e.operator === '!') return isTrue(this.#value(e.value)) ? 0 : 1
        return e.operator === '-' ? -this.#number(e.value) : this.#number(e.value)
      }
      case 'has':
        return this.#array(e.name).has(this.#key(e.keys)) ? 1 : 0
      case 'choice':
        return this.#value(isTrue(this.#value(e.test)) ? e.yes : e.no)
      case 'call':
        return this.#call(e.name, e.values)
      default:
        return this.#binary(e.operator, e.left, e.right)
    }
  }

  #binary(operator: string, left: Expression, right: Expression): Value {
    switch (operator) {
      case '':
        return this.#text(left) + this.#text(right)
      case '&&':
        return isTrue(this.#value(left)) && isTrue(this.#value(right)) ? 1 : 0
      case '||':
        return isTrue(this.#value(left)) || isTrue(this.#value(right)) ? 1 : 0
      case '~':
        return this.#matches(this.#text(left), right) ? 1 : 0
      case '!~':
        return this.#matches(this.#text(left), right) ? 0 : 1
      default:
        break
    }
    if (!/[<>=!]/.test(operator)) return arithmetic(operator, this.#number(left), this.#number(right))
    const [a, b] = [this.#value(left), this.#value(right)]
    // A text of the program is compared as text; what was read and looks like a number, as a number.
    const asText = left.kind === 'text' || right.kind === 'text' || !looksNumeric(a) || !looksNumeric(b)
    const order = asText ? compared(toText(a), toText(b)) : toNumber(a) - toNumber(b)
    return holds(operator, order) ? 1 : 0
  }

  /** Whoever asks for an element makes it. */
  #element(array: Map<string, Value>, key: string): Value {
    const value = array.get(key) ?? ''
    array.set(key, value)
    return value
  }

  #matches(text: string, pattern: Expression): boolean {
    return this.#pattern(pattern).test(text)
  }

  #pattern(e: Expression | undefined, flags = ''): RegExp {
    const source = e === undefined ? '' : e.kind === 'pattern' ? e.source : this.#text(e)
    return regularExpression(fromPosix(source), flags) ?? /$^/
  }

  #set(to: Expression, value: Value): Value {
    if (to.kind === 'variable') this.#variables.set(to.name, value)
    else if (to.kind === 'element') this.#array(to.name).set(this.#key(to.keys), value)
    else if (to.kind === 'field') this.#setField(this.#number(to.index), toText(value))
    return value
  }

  #key(keys: readonly Expression[]): string {
    return keys.map((each) => this.#text(each)).join(String(this.#variables.get('SUBSEP')))
  }

  #array(name: string): Map<string, Value> {
    const known = this.#arrays.get(name) ?? new Map<string, Value>()
    this.#arrays.set(name, known)
    return known
  }

  #call(name: string, values: readonly Expression[]): Value {
    const [first, second, third] = values
    const text = (): string => (first ? this.#text(first) : this.#line)
    switch (name) {
      case 'length':
        if (first?.kind === 'variable' && this.#arrays.has(first.name)) return this.#array(first.name).size
        return text().length
      case 'substr': {
        const from = Math.round(second ? this.#number(second) : 1)
        const to = third ? from + Math.round(this.#number(third)) : Number.POSITIVE_INFINITY
        return text().slice(Math.max(0, from - 1), Math.max(0, to - 1))
      }
      case 'index':
        return text().indexOf(second ? this.#text(second) : '') + 1
      case 'split': {
        const parts = separated(text(), third ? this.#separator(third) : String(this.#variables.get('FS')))
        const array = this.#array(second?.kind === 'variable' ? second.name : '')
        array.clear()
        for (const [at, part] of parts.entries()) array.set(String(at + 1), part)
        return parts.length
      }
      case 'sub':
      case 'gsub':
        return this.#substitute(values, name === 'gsub' ? 'g' : '')
      case 'match': {
        const found = this.#pattern(second).exec(text())
        this.#variables.set('RSTART', found ? found.index + 1 : 0)
        this.#variables.set('RLENGTH', found ? found[0].length : -1)
        return found ? found.index + 1 : 0
      }
      case 'toupper':
        return text().toUpperCase()
      case 'tolower':
        return text().toLowerCase()
      case 'int':
        return Math.trunc(toNumber(text()))
      case 'sprintf':
        return this.#formatted(values)
      default:
        throw new AwkError(`function ${name} not defined`)
    }
  }

  #separator(e: Expression): string {
    return e.kind === 'pattern' ? e.source : this.#text(e)
  }

  #substitute([pattern, by, to]: readonly Expression[], flags: string): number {
    const place: Expression = to ?? { kind: 'field', index: { kind: 'number', value: 0 } }
    const text = by ? this.#text(by) : ''
    let count = 0
    const after = this.#text(place).replace(this.#pattern(pattern, flags), (found) => {
      count++
      return text.replace(/\\\\?&|&/g, (each) => (each === '&' ? found : '&'))
    })
    if (count > 0) this.#set(place, after)
    return count
  }
}
