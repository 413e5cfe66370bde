/** The words of a BIRD 1.6 configuration file (`bird:conf/cf-lex.l`), as far as Calico's templates use them. */

export type TokenKind = 'symbol' | 'number' | 'text' | 'address' | 'mark' | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The configuration cannot be used; `says` is what BIRD prints after `file:line:column `. */
export class ConfigError extends Error {
  readonly at: Pick<Token, 'file' | 'line' | 'column'>

  constructor(at: Pick<Token, 'file' | 'line' | 'column'>, says: string) {
    super(says)
    this.name = 'ConfigError'
    this.at = at
  }

  /** `bird.cfg:12:3 syntax error, …`, as `bird:sysdep/unix/main.c` prints it. */
  get line(): string {
    return `${this.at.file}:${this.at.line}:${this.at.column} ${this.message}`
  }
}

const kinds = ['skip', 'address', 'number', 'text', 'symbol', 'mark'] as const

/** A group for each kind, in their order. */
const word = new RegExp(
  [
    /(\s+|#[^\n]*|\/\*[\s\S]*?\*\/)/,
    /(\d+\.\d+\.\d+\.\d+)/,
    /(0x[0-9a-fA-F]+|\d+)/,
    /("[^"\n]*")/,
    /([A-Za-z_][A-Za-z0-9_]*|'[-A-Za-z0-9_.:]{1,64}')/,
    /(!=|<=|>=|!~|&&|\|\||\.\.|[-+{}()[\];,.=<>~!:/*?])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'y',
)

/** Cuts a file into tokens; throws {@link ConfigError} at a character that belongs to none. */
export function tokens(file: string, text: string): Token[] {
  const found: Token[] = []
  let at = 0
  let line = 1
  let lineStart = 0
  while (at < text.length) {
    const read = next(text, at)
    const where = { file, line, column: at - lineStart + 1 }
    if (read === undefined) throw new ConfigError(where, `Unknown character '${text[at]}'`)
    const [kind, is] = read
    if (kind !== 'skip') found.push({ kind, text: bare(kind, is), ...where })
    else
      for (let i = 0; i < is.length; i++)
        if (is[i] === '\n') {
          line++
          lineStart = at + i + 1
        }
    at += is.length
  }
  found.push({ kind: 'end', text: '', file, line, column: at - lineStart + 1 })
  return found
}

function next(text: string, at: number): readonly [TokenKind | 'skip', string] | undefined {
  word.lastIndex = at
  const match = word.exec(text)
  if (match === null) return undefined
  const group = kinds.findIndex((_, index) => match[index + 1] !== undefined)
  return [kinds[group] ?? 'mark', match[0]]
}

const bare = (kind: string, word: string): string =>
  kind === 'text' || word.startsWith("'") ? word.slice(1, -1) : word

/** How bison names what it did not expect. */
export function unexpected(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'syntax error, unexpected end of file'
    case 'symbol':
      return 'syntax error, unexpected CF_SYM_UNDEFINED'
    case 'number':
      return 'syntax error, unexpected NUM'
    case 'text':
      return 'syntax error, unexpected TEXT'
    case 'address':
      return 'syntax error, unexpected IPA'
    default:
      return `syntax error, unexpected '${token.text}'`
  }
}
