/**
 * Calico's selector language: `all()`, `has(a)`, `a == 'x'`, `a != "x"`, `a in {'x','y'}`, `a not in {…}`, `a contains 'x'`,
 * `a starts with 'x'`, `a ends with 'x'`, `!`, `&&`, `||`, brackets (projectcalico/calico:libcalico-go/lib/selector).
 */

export type Labels = Readonly<Record<string, string>> | undefined
export type LabelTest = (labels: Labels) => boolean

/** A text that is no selector. */
export class SelectorError extends Error {}

const compiled = new Map<string, LabelTest>()

/** Compiles a selector, once for each text. An empty one matches everything. Throws {@link SelectorError}. */
export function calicoSelector(text: string): LabelTest {
  const known = compiled.get(text)
  if (known) return known
  const test = text.trim() === '' ? () => true : new Reader(text).selector()
  compiled.set(text, test)
  return test
}

const patterns: readonly RegExp[] = [
  /\s+/y,
  /&&|\|\||==|!=|[!(){},]/y,
  /'[^']*'|"[^"]*"/y,
  /(?:not\s+in|starts\s+with|ends\s+with)(?![\w./-])/y,
  /[A-Za-z0-9_./-]+/y,
]

class Reader {
  readonly #words: readonly string[]
  #at = 0

  constructor(text: string) {
    this.#words = words(text)
  }

  selector(): LabelTest {
    const test = this.#any()
    if (this.#at < this.#words.length) this.#refuse()
    return test
  }

  #any(): LabelTest {
    const tests = [this.#all()]
    while (this.#has('||')) tests.push(this.#all())
    return (labels) => tests.some((test) => test(labels))
  }

  #all(): LabelTest {
    const tests = [this.#one()]
    while (this.#has('&&')) tests.push(this.#one())
    return (labels) => tests.every((test) => test(labels))
  }

  #one(): LabelTest {
    if (this.#has('!')) {
      const test = this.#one()
      return (labels) => !test(labels)
    }
    if (this.#has('(')) return this.#closed(this.#any())
    const word = this.#take()
    if ((word === 'all' || word === 'global') && this.#has('('))
      return this.#closed(word === 'all' ? () => true : () => false)
    if (word === 'has' && this.#has('(')) {
      const key = this.#take()
      return this.#closed((labels) => labels?.[key] !== undefined)
    }
    return this.#comparison(word)
  }

  /** `!=` and `not in` also match where the label is absent. */
  #comparison(key: string): LabelTest {
    const operator = this.#take().replace(/\s+/g, ' ')
    if (operator === 'in' || operator === 'not in') {
      const values = this.#set()
      return (labels) => values.has(labels?.[key]) === (operator === 'in')
    }
    const value = this.#quoted()
    switch (operator) {
      case '==':
        return (labels) => labels?.[key] === value
      case '!=':
        return (labels) => labels?.[key] !== value
      case 'contains':
        return (labels) => labels?.[key]?.includes(value) === true
      case 'starts with':
        return (labels) => labels?.[key]?.startsWith(value) === true
      case 'ends with':
        return (labels) => labels?.[key]?.endsWith(value) === true
      default:
        return this.#refuse()
    }
  }

  #set(): ReadonlySet<string | undefined> {
    if (!this.#has('{')) this.#refuse()
    const values = new Set<string | undefined>()
    while (!this.#has('}')) {
      values.add(this.#quoted())
      if (!this.#has(',') && this.#words[this.#at] !== '}') this.#refuse()
    }
    return values
  }

  #quoted(): string {
    const word = this.#take()
    return /^['"]/.test(word) ? word.slice(1, -1) : this.#refuse()
  }

  #closed(test: LabelTest): LabelTest {
    return this.#has(')') ? test : this.#refuse()
  }

  #has(word: string): boolean {
    if (this.#words[this.#at] !== word) return false
    this.#at++
    return true
  }

  #take(): string {
    return this.#words[this.#at++] ?? this.#refuse()
  }

  #refuse(): never {
    const word = this.#words[Math.max(0, this.#at - 1)]
    throw new SelectorError(word === undefined ? 'unexpected end of selector' : `unexpected token: ${word}`)
  }
}

function words(text: string): readonly string[] {
  const found: string[] = []
  for (let at = 0; at < text.length; ) {
    const word = next(text, at)
    if (word === undefined) throw new SelectorError(`unexpected characters: ${text.slice(at)}`)
    if (word.trim() !== '') found.push(word)
    at += word.length
  }
  return found
}

function next(text: string, at: number): string | undefined {
  for (const pattern of patterns) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) return match[0]
  }
  return undefined
}
