/** What a command line of grep asks for. */
export interface Asked {
  /** With the flag `g`. */
  readonly expression: RegExp
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  /** Lines are told with the name of their file. */
  readonly named: boolean
}

/** What grep finds and says of one input, line by line. */
export class Hits {
  /** Lines that were hit. */
  count = 0
  readonly #asked: Asked
  readonly #name: string
  readonly #prefix: string
  readonly #out: (text: string) => void
  readonly #max: number
  readonly #around: { readonly before: number; readonly after: number }
  readonly #how: 'lines' | 'names' | 'counts' | 'nothing'
  /** Lines before this one that were not printed and may be wanted. */
  readonly #kept: string[] = []
  #number = 0
  #printed = 0
  #stillWanted = 0

  constructor(asked: Asked, name: string, out: (text: string) => void) {
    const { flags, values } = asked
    const around = values.get('C') ?? '0'
    this.#asked = asked
    this.#name = name
    this.#prefix = (flags.has('H') || asked.named) && !flags.has('h') ? name : ''
    this.#out = out
    this.#max = Number(values.get('m') ?? Number.POSITIVE_INFINITY)
    this.#around = { before: Number(values.get('B') ?? around), after: Number(values.get('A') ?? around) }
    this.#how = howOf(flags)
  }

  /** Answers whether more lines are wanted. */
  take(line: string): boolean {
    this.#number++
    const isHit = this.count < this.#max && this.#matches(line)
    if (isHit) this.count++
    if (this.#how === 'nothing' || this.#how === 'names') return this.count === 0
    if (this.#how === 'lines') this.#show(line, isHit)
    return this.count < this.#max || this.#stillWanted > 0
  }

  /** What can be said only when all was seen. */
  end(): void {
    const prefix = this.#prefix === '' ? '' : `${this.#prefix}:`
    if (this.#how === 'counts') this.#out(`${prefix}${this.count}`)
    if (this.#how === 'names' && this.count > 0 === this.#asked.flags.has('l')) this.#out(this.#name)
  }

  #show(line: string, isHit: boolean): void {
    if (isHit) {
      this.#showBefore()
      this.#print(line, this.#number, ':')
      this.#stillWanted = this.#around.after
    } else if (this.#stillWanted > 0) {
      this.#stillWanted--
      this.#print(line, this.#number, '-')
    } else {
      this.#kept.push(line)
      if (this.#kept.length > this.#around.before) this.#kept.shift()
    }
  }

  #showBefore(): void {
    const first = this.#number - this.#kept.length
    const { before, after } = this.#around
    if (this.#printed > 0 && first > this.#printed + 1 && before + after > 0) this.#out('--')
    for (const [at, line] of this.#kept.splice(0).entries()) this.#print(line, first + at, '-')
  }

  #print(line: string, number: number, mark: ':' | '-'): void {
    const { flags, expression } = this.#asked
    const name = this.#prefix === '' ? '' : `${this.#prefix}${mark}`
    const head = `${name}${flags.has('n') ? `${number}${mark}` : ''}`
    expression.lastIndex = 0
    if (flags.has('o')) for (const [match] of line.matchAll(expression)) this.#out(`${head}${match}`)
    else this.#out(`${head}${line}`)
    this.#printed = number
  }

  #matches(line: string): boolean {
    this.#asked.expression.lastIndex = 0
    return this.#asked.expression.test(line) !== this.#asked.flags.has('v')
  }
}

function howOf(flags: ReadonlySet<string>): 'lines' | 'names' | 'counts' | 'nothing' {
  if (flags.has('q') || flags.has('--quiet')) return 'nothing'
  if (flags.has('l') || flags.has('L')) return 'names'
  return flags.has('c') || flags.has('--count') ? 'counts' : 'lines'
}
