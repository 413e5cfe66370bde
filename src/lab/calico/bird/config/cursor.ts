import { present } from '#base/assert.ts'
import { ConfigError, type Token, unexpected } from '#lab/calico/bird/config/lexer.ts'
import { masked, toNumber } from '#lab/calico/bird/prefix.ts'

/** Walks over tokens; every complaint is a {@link ConfigError} at the place where BIRD would see it. */
export class Cursor {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  peek(ahead = 0): Token {
    const last = this.#tokens.length - 1
    return present(this.#tokens[Math.min(this.#at + ahead, last)], 'a token list ends with an end')
  }

  take(): Token {
    const token = this.peek()
    this.#at++
    return token
  }

  /** Whether the next word is this; takes it if so. */
  has(word: string): boolean {
    if (!is(this.peek(), word)) return false
    this.#at++
    return true
  }

  /** Whether the next words are these; takes them if so. */
  hasAll(words: readonly string[]): boolean {
    for (let i = 0; i < words.length; i++) if (!is(this.peek(i), words[i])) return false
    this.#at += words.length
    return true
  }

  expect(word: string): void {
    if (!this.has(word)) this.refuse()
  }

  symbol(): string {
    return this.#of('symbol')
  }

  text(): string {
    return this.#of('text')
  }

  address(): string {
    return this.#of('address')
  }

  number(): number {
    return Number(this.#of('number'))
  }

  /** `10.0.0.0/8` as one text. Bits behind its length are refused (bird 1.6: conf/confbase.Y, prefix). */
  prefix(): string {
    return this.#prefix(() => 'Invalid prefix')
  }

  /** The same inside a filter, where the words differ (bird 1.6: filter/config.Y, fprefix_s). */
  filterPrefix(): string {
    return this.#prefix((text) => `Invalid network prefix: ${text}.`)
  }

  #prefix(says: (text: string) => string): string {
    const at = this.peek()
    const address = this.address()
    this.expect('/')
    const length = this.number()
    const text = `${address}/${length}`
    const value = toNumber(address)
    if (length > 32 || masked(value, length) !== value) throw new ConfigError(at, says(text))
    return text
  }

  refuse(says?: string): never {
    const token = this.peek()
    throw new ConfigError(token, says ?? unexpected(token))
  }

  #of(kind: Token['kind']): string {
    if (this.peek().kind !== kind) this.refuse()
    return this.take().text
  }
}

const is = (token: Token, word: string | undefined): boolean =>
  token.text === word && token.kind !== 'text' && token.kind !== 'end'
