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
  // A comment in bars may go over lines.
  const lines = text.includes('/*') ? [text] : text.split('\n')
  let line = 0
  let column = 1
  for (const each of lines) {
    const { words, end, unknown } = lines.length === 1 ? cut(each) : cutLine(each)
    line++
    for (const word of words)
      found.push({ kind: word.kind, text: word.text, file, line: line + word.line, column: word.column })
    line += end.line
    column = end.column
    if (unknown !== undefined) throw new ConfigError({ file, line, column }, `Unknown character '${unknown}'`)
  }
  found.push({ kind: 'end', text: '', file, line, column })
  return found
}

interface Cut {
  readonly words: readonly Omit<Token, 'file'>[]
  /** Where it ends, or stops at an unknown character. Lines are counted from 0. */
  readonly end: { readonly line: number; readonly column: number }
  readonly unknown: string | undefined
}

const cutLines = new Map<string, Cut>()
const cutLinesMax = 4096

/** The files of a cluster's nodes have most lines in common. */
function cutLine(line: string): Cut {
  const known = cutLines.get(line)
  if (known !== undefined) return known
  // A copy: what is cut out of a file holds all of it.
  const own = JSON.parse(JSON.stringify(line)) as string
  const fresh = cut(own)
  if (cutLines.size >= cutLinesMax) cutLines.clear()
  cutLines.set(own, fresh)
  return fresh
}

function cut(text: string): Cut {
  const words: Omit<Token, 'file'>[] = []
  let at = 0
  let line = 0
  let lineStart = 0
  while (at < text.length) {
    const read = next(text, at)
    const where = { line, column: at - lineStart + 1 }
    if (read === undefined) return { words, end: where, unknown: text[at] }
    const [kind, is] = read
    if (kind !== 'skip') words.push({ kind, text: bare(kind, is), ...where })
    else
      for (let i = 0; i < is.length; i++)
        if (is[i] === '\n') {
          line++
          lineStart = at + i + 1
        }
    at += is.length
  }
  return { words, end: { line, column: at - lineStart + 1 }, unknown: undefined }
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
