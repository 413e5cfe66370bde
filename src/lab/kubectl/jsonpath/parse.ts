/** Templates of JSONPath as kubectl takes them: client-go:util/jsonpath/parser.go. */
import { KubectlError } from '#lab/kubectl/trouble.ts'

export type Step =
  | { readonly step: 'field'; readonly name: string }
  | { readonly step: 'every' }
  | { readonly step: 'deep' }
  /** Items `from` up to before `to`, each `by`-th; `one` is a single index, which must be there. */
  | {
      readonly step: 'items'
      readonly from?: number
      readonly to?: number
      readonly by?: number
      readonly one: boolean
    }
  | { readonly step: 'any-of'; readonly paths: readonly (readonly Step[])[] }
  | {
      readonly step: 'where'
      readonly left: readonly Step[]
      readonly operator: string
      readonly right: readonly Step[]
    }
  | { readonly step: 'value'; readonly value: string | number | boolean }

export type Part =
  | { readonly part: 'text'; readonly text: string }
  | { readonly part: 'path'; readonly steps: readonly Step[] }
  | { readonly part: 'range'; readonly steps: readonly Step[]; readonly body: readonly Part[] }

/** Throws KubectlError with the parser's words. */
export function parseTemplate(template: string): readonly Part[] {
  const actions = [...split(template)]
  const parts = block(actions)
  if (actions.length > 0) throw new KubectlError('not in range, nothing to end')
  return parts
}

type Raw = { readonly text: string } | { readonly action: string }

/** Texts, and what stands in braces. */
function* split(template: string): Generator<Raw> {
  let at = 0
  while (at < template.length) {
    const open = template.indexOf('{', at)
    if (open !== at) yield { text: template.slice(at, open < 0 ? undefined : open) }
    if (open < 0) return
    const close = closing(template, open + 1)
    yield { action: template.slice(open + 1, close) }
    at = close + 1
  }
}

function closing(template: string, from: number): number {
  let quote = ''
  for (let at = from; at < template.length; at++) {
    const sign = template[at] as string // at is below the length
    if (quote !== '') {
      if (sign === '\\') at++
      else if (sign === quote) quote = ''
    } else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '}') return at
  }
  throw new KubectlError('unclosed action')
}

/** Takes the parts up to an `end` that belongs to nobody here. */
function block(left: Raw[]): readonly Part[] {
  const parts: Part[] = []
  for (let raw = left.shift(); raw !== undefined; raw = left.shift()) {
    if ('text' in raw) {
      parts.push({ part: 'text', text: raw.text })
      continue
    }
    const action = raw.action.trim()
    if (action === 'end') {
      left.unshift(raw)
      return parts
    }
    const range = /^range(?![\w-])(.*)$/s.exec(action)?.[1]
    if (range === undefined) {
      parts.push({ part: 'path', steps: parsePath(action) })
      continue
    }
    const body = block(left)
    left.shift() // its end; one that is missing is taken as written
    parts.push({ part: 'range', steps: parsePath(range), body })
  }
  return parts
}

/** The steps of one action: `.items[*].metadata.name`. */
export function parsePath(text: string): readonly Step[] {
  const steps: Step[] = []
  let rest = text
  while (rest !== '') {
    const form = forms.find(({ pattern }) => pattern.test(rest))
    const match = form?.pattern.exec(rest)
    if (form === undefined || match === null || match === undefined) {
      const sign = rest[0] as string // rest is not empty
      if (sign === '[')
        throw new KubectlError(
          rest.includes(']')
            ? `invalid array index ${rest.slice(1, rest.indexOf(']'))}`
            : 'unterminated array',
        )
      const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      throw new KubectlError(`unrecognized character in action: U+${code} '${sign}'`)
    }
    steps.push(...form.steps(match))
    rest = rest.slice(match[0].length)
  }
  return steps
}

const name = String.raw`(?:\\.|[^\s.,[\]$@{}\\])`

const forms: readonly {
  readonly pattern: RegExp
  readonly steps: (match: RegExpExecArray) => readonly Step[]
}[] = [
  { pattern: /^[\s@$]+/, steps: () => [] },
  {
    pattern: /^\[\?\(((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)'"])*)\)\]/,
    steps: ([, text = '']) => [filter(text)],
  },
  { pattern: /^\[([^\]]*)\]/, steps: ([, text = '']) => [array(text)] },
  { pattern: /^\.\.(?=[^[]|$)/, steps: () => [{ step: 'deep' }] },
  { pattern: /^\.\.(?=\[)/, steps: () => [{ step: 'deep' }] },
  { pattern: /^"((?:[^"\\]|\\.)*)"/, steps: ([, text = '']) => [{ step: 'value', value: unquoted(text) }] },
  { pattern: /^'((?:[^'\\]|\\.)*)'/, steps: ([, text = '']) => [{ step: 'value', value: unquoted(text) }] },
  { pattern: /^\.(?=\[|\s|$|[@$])/, steps: () => [] },
  {
    pattern: new RegExp(String.raw`^\.?(${name}+)`),
    steps: ([whole, text = '']) => [word(whole.startsWith('.'), text)],
  },
]

function word(field: boolean, text: string): Step {
  if (text === '*') return { step: 'every' }
  if (!field) {
    if (/^[-+]?\d/.test(text)) return { step: 'value', value: Number(text) }
    if (text === 'true' || text === 'false') return { step: 'value', value: text === 'true' }
  }
  return { step: 'field', name: text.replaceAll(/\\(.)/g, '$1') }
}

const unquoted = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, sign: string) => ({ n: '\n', t: '\t', r: '\r' })[sign] ?? sign)

function array(text: string): Step {
  const inside = text.trim()
  if (inside === '*') return { step: 'items', one: false }
  const key = /^'([^']*)'$/.exec(inside)?.[1] ?? /^"([^"]*)"$/.exec(inside)?.[1]
  // A quoted key is a path of its own; a dot that belongs to a name is escaped.
  if (key !== undefined) return { step: 'any-of', paths: [parsePath(`.${key}`)] }
  if (inside.includes(',')) return { step: 'any-of', paths: inside.split(',').map((each) => [array(each)]) }
  const [, from, to, by] = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(inside) ?? []
  if (from === undefined || inside === '') throw new KubectlError(`invalid array index ${text}`)
  const number = (part: string | undefined): number | undefined =>
    part === undefined || part === '' || part === ':' ? undefined : Number(part.replace(':', ''))
  const [start, end, each] = [number(from), number(to), number(by)]
  return {
    step: 'items',
    one: to === undefined,
    ...(start === undefined ? {} : { from: start }),
    ...(end === undefined ? {} : { to: end }),
    ...(each === undefined ? {} : { by: each }),
  }
}

function filter(text: string): Step {
  const [, left, operator, right] = /^([^!<>=]+)([!<>=]+)(.+)$/s.exec(text) ?? []
  if (left === undefined || operator === undefined || right === undefined)
    return { step: 'where', left: parsePath(text), operator: 'exists', right: [] }
  return { step: 'where', left: parsePath(left), operator, right: parsePath(right) }
}
