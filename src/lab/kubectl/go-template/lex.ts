/** The tokens of a Go template: golang/go:src/text/template/parse/lex.go. */
import { KubectlError } from '#lab/kubectl/trouble.ts'

type Kind =
  | 'text'
  | 'left'
  | 'right'
  | 'field'
  | 'variable'
  | 'word'
  | 'string'
  | 'number'
  | '.'
  | '('
  | ')'
  | '|'
  | ':='
  | '='
  | ','
  | 'eof'

export interface Token {
  readonly kind: Kind
  /** A field's or variable's name (that with its $), what a string means, text as it is. */
  readonly text: string
  readonly at: number
  readonly until: number
}

/** Inside of braces, each at its beginning. */
const inside: readonly (readonly [RegExp, Kind])[] = [
  [/\.([\p{L}_][\p{L}\d_]*)/uy, 'field'],
  [/[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y, 'number'],
  [/(\$[\p{L}\d_]*)/uy, 'variable'],
  [/([\p{L}_][\p{L}\d_]*)/uy, 'word'],
  [/"((?:[^"\\\n]|\\.)*)"/y, 'string'],
  [/`([^`]*)`/y, 'string'],
  [/:=/y, ':='],
  [/[.()|=,]/y, '.'],
]

/** Ends with a token of kind `eof`. Throws {@link KubectlError} in Go's words. */
export function lex(source: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let trims = false
  while (at < source.length) {
    const open = source.indexOf('{{', at)
    const end = open < 0 ? source.length : open
    const cut = open >= 0 && /^-[ \t\r\n]/.test(source.slice(open + 2, open + 4))
    let text = source.slice(at, end)
    if (trims) text = text.replace(/^[ \t\r\n]+/, '')
    if (cut) text = text.replace(/[ \t\r\n]+$/, '')
    if (text !== '') tokens.push({ kind: 'text', text, at, until: end })
    if (open < 0) break
    const action = actionAt(source, open, cut ? 3 : 2)
    tokens.push(...action.tokens)
    at = action.until
    trims = action.trims
  }
  return [...tokens, { kind: 'eof', text: '', at: source.length, until: source.length }]
}

interface Action {
  readonly tokens: readonly Token[]
  readonly until: number
  /** What follows loses the blanks at its beginning. */
  readonly trims: boolean
}

function actionAt(source: string, open: number, width: number): Action {
  const comment = /\s*\/\*[\s\S]*?\*\/(\s+-)?\}\}/y
  comment.lastIndex = open + width
  const said = comment.exec(source)
  if (said !== null) return { tokens: [], until: comment.lastIndex, trims: said[1] !== undefined }
  const tokens: Token[] = [{ kind: 'left', text: '', at: open, until: open + 2 }]
  let at = open + width
  for (;;) {
    const close = /\s*(\s-)?\}\}/y
    close.lastIndex = at
    const closed = close.exec(source)
    if (closed !== null) {
      tokens.push({ kind: 'right', text: '', at, until: close.lastIndex })
      return { tokens, until: close.lastIndex, trims: closed[1] !== undefined }
    }
    const blanks = /\s*/y
    blanks.lastIndex = at
    blanks.exec(source)
    at = blanks.lastIndex
    if (at >= source.length) throw wrong(source, at, 'unclosed action')
    const token = tokenAt(source, at)
    tokens.push(token)
    at = token.until
  }
}

function tokenAt(source: string, at: number): Token {
  for (const [form, kind] of inside) {
    form.lastIndex = at
    const found = form.exec(source)
    if (found === null) continue
    const [all, group = all] = found
    const text = kind === 'string' && all.startsWith('"') ? unquoted(group) : group
    // One form stands for all signs of one character.
    return { kind: kind === '.' ? (all as Kind) : kind, text, at, until: form.lastIndex }
  }
  const sign = String.fromCodePoint(source.codePointAt(at) ?? 0)
  if (sign === '"') throw wrong(source, at, 'unterminated quoted string')
  const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  throw wrong(source, at, sign === '{' ? `unexpected "{" in command` : `bad character U+${code} '${sign}'`)
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
}

const unquoted = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter)

const wrong = (source: string, at: number, message: string): KubectlError =>
  new KubectlError(`template: output:${source.slice(0, at).split('\n').length}: ${message}`)
