import { AwkSyntaxError } from '#lab/host/commands/awk/syntax.ts'

export interface Token {
  readonly kind: 'number' | 'text' | 'pattern' | 'name' | 'call' | 'mark' | 'line' | 'end'
  readonly text: string
}

const marks = /^(?:\+\+|--|\+=|-=|\*=|\/=|%=|\^=|==|<=|>=|!=|!~|&&|\|\||[-+*/%^!<>~?:=$(){}[\];,])/

/** The words of a program, with an end. Throws AwkSyntaxError. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  let left = source
  const take = (kind: Token['kind'], whole: string, text = whole): void => {
    tokens.push({ kind, text })
    left = left.slice(whole.length)
  }
  while (left !== '') {
    const [blank = ''] = /^(?:[ \t\r]|\\\n|#[^\n]*)+/.exec(left) ?? []
    left = left.slice(blank.length)
    if (left === '') break
    const [number] = /^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(left) ?? []
    const [text] = /^"(?:\\.|[^"\\])*"/s.exec(left) ?? []
    const [pattern] = /^\/(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\\n])+\//.exec(left) ?? []
    const [name] = /^[A-Za-z_]\w*/.exec(left) ?? []
    const [mark] = marks.exec(left) ?? []
    if (left.startsWith('\n')) take('line', '\n')
    else if (number !== undefined) take('number', number)
    else if (text !== undefined) take('text', text, unescaped(text.slice(1, -1)))
    else if (pattern !== undefined && !endsOperand(tokens.at(-1)))
      take('pattern', pattern, pattern.slice(1, -1))
    else if (name !== undefined) take(left[name.length] === '(' ? 'call' : 'name', name)
    else if (mark !== undefined) take('mark', mark)
    else throw new AwkSyntaxError(left[0])
  }
  return [...tokens, { kind: 'end', text: '' }]
}

/** After these a slash divides. */
const endsOperand = (token: Token | undefined): boolean =>
  token !== undefined &&
  (['number', 'text'].includes(token.kind) ||
    (token.kind === 'name' && !['print', 'return', 'in'].includes(token.text)) ||
    [')', ']', '$'].includes(token.text))

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  '/': '/',
}

const unescaped = (text: string): string =>
  text.replace(/\\(.)/gs, (whole, letter: string) => escapes[letter] ?? whole)
