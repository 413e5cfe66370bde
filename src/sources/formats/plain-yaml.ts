/**
 * YAML as kubectl and calicoctl print it: block mappings and lists, plain and quoted scalars, `|` blocks. Ten times as fast
 * as a whole YAML parser, which still reads everything else.
 */
import { scalarValue, unquoted } from '#sources/formats/yaml-scalars.ts'

/** The value, or undefined where the text uses (or breaks) more of YAML than that. */
export function parsePlainYaml(text: string): { readonly value: unknown } | undefined {
  const cursor: Cursor = { lines: text.split('\n'), at: 0, depth: 0 }
  try {
    const first = nextLine(cursor)
    if (first === undefined) return undefined
    const value = parseBlock(cursor, marginOf(first))
    return nextLine(cursor) === undefined ? { value } : undefined
  } catch (error) {
    if (error === beyond) return undefined
    throw error
  }
}

interface Cursor {
  readonly lines: string[]
  at: number
  depth: number
}

/** Thrown, and caught above: what follows is another parser's. */
const beyond = new Error('not plain YAML')

const fail = (): never => {
  throw beyond
}

const depthMax = 60

/** The next line that says something; comments and blank lines are passed. */
function nextLine(cursor: Cursor): string | undefined {
  for (; cursor.at < cursor.lines.length; cursor.at++) {
    const line = cursor.lines[cursor.at] as string // at is in range
    const first = line.charCodeAt(marginOf(line))
    if (Number.isNaN(first) || first === hash) continue
    return first === tab || first === carriageReturn ? fail() : line
  }
  return undefined
}

const [hash, tab, carriageReturn, dash, space] = [35, 9, 13, 45, 32]

function marginOf(line: string): number {
  let margin = 0
  while (line.charCodeAt(margin) === space) margin++
  return margin
}

/** Whether a list's item begins at `margin`. */
const isItem = (line: string, margin: number): boolean =>
  line.charCodeAt(margin) === dash && (line.length === margin + 1 || line.charCodeAt(margin + 1) === space)

function parseBlock(cursor: Cursor, margin: number): unknown {
  const line = nextLine(cursor)
  if (line === undefined || ++cursor.depth > depthMax) return fail()
  const value = isItem(line, margin) ? parseList(cursor, margin) : parseMapping(cursor, margin)
  cursor.depth--
  return value
}

function parseList(cursor: Cursor, margin: number): unknown[] {
  const items: unknown[] = []
  for (let line = nextLine(cursor); line !== undefined; line = nextLine(cursor)) {
    const own = marginOf(line)
    if (own < margin || (own === margin && !isItem(line, margin))) break
    if (own > margin) return fail()
    items.push(parseItem(cursor, line, margin))
  }
  return items
}

/** What stands behind the dash is a value, or a block of its own whose margin is where it stands. */
function parseItem(cursor: Cursor, line: string, margin: number): unknown {
  let start = margin + 1
  while (line.charCodeAt(start) === space) start++
  // An empty item, or its value on the next line.
  if (start >= line.length || line.charCodeAt(start) === hash) return fail()
  const isBlock = isItem(line, start) || keyEnd(line, start) !== -1
  if (!isBlock) return parseScalar(cursor, line.slice(start).trimEnd(), margin)
  cursor.lines[cursor.at] = ' '.repeat(start) + line.slice(start)
  return parseBlock(cursor, start)
}

function parseMapping(cursor: Cursor, margin: number): Record<string, unknown> {
  const mapping: Record<string, unknown> = {}
  for (let line = nextLine(cursor); line !== undefined; line = nextLine(cursor)) {
    const own = marginOf(line)
    if (own < margin) break
    const end = own > margin || isItem(line, margin) ? -1 : keyEnd(line, margin)
    if (end === -1) return fail()
    const key = keyOf(line.slice(margin, end))
    mapping[key] = parseValue(cursor, line.slice(end + 1).trim(), margin)
  }
  return mapping
}

/** Where the colon of a key stands; -1 where the line has no key. */
function keyEnd(line: string, start: number): number {
  const quote = line[start]
  const isEnd = (at: number): boolean => at + 1 === line.length || line.charCodeAt(at + 1) === space
  if (quote === '"' || quote === "'") {
    const end = line.indexOf(quote, start + 1) + 1
    return end > 0 && line[end] === ':' && isEnd(end) ? end : -1
  }
  let at = line.indexOf(':', start)
  while (at !== -1 && !isEnd(at)) at = line.indexOf(':', at + 1)
  return at
}

function keyOf(raw: string): string {
  const quoted = /^["']/.test(raw)
  if (quoted && raw.includes('\\')) return fail()
  const key = quoted ? raw.slice(1, -1) : raw
  const isOdd = !quoted && (/^[\s[\]{}?,&*!|>%@`#~-]|\s$| #/.test(key) || String(scalarValue(key)) !== key)
  return isOdd || key === '__proto__' || key === '<<' ? fail() : key
}

function parseValue(cursor: Cursor, text: string, margin: number): unknown {
  if (text !== '' && !text.startsWith('#')) {
    return text.startsWith('|') ? parseLiteral(cursor, text, margin) : parseScalar(cursor, text, margin)
  }
  cursor.at++
  const next = nextLine(cursor)
  const own = next === undefined ? -1 : marginOf(next)
  // A list may stand at the margin of its key.
  if (next === undefined || own < margin || (own === margin && !isItem(next, own))) return null
  return parseBlock(cursor, own)
}

/** One line, and where programs fold long words the lines that go on, which stand deeper. */
function parseScalar(cursor: Cursor, text: string, margin: number): unknown {
  cursor.at++
  const goesOn = (): boolean => {
    const line = cursor.lines[cursor.at]
    const own = line === undefined ? -1 : marginOf(line)
    return own > margin && own < (line?.length ?? 0) && line?.charCodeAt(own) !== hash
  }
  if (!goesOn()) return wordOf(text)
  // Whatever is folded has no marks of its own: neither a key, nor a comment, nor a quotation mark at its start.
  const parts = [text]
  for (; goesOn(); cursor.at++) parts.push((cursor.lines[cursor.at] ?? '').trim())
  const isPlain = !/^["'[{&*!>|%@`]/.test(text) && !parts.some((part) => /: |:$| #|^#|^- |^-$/.test(part))
  return isPlain && cursor.lines[cursor.at]?.trim() !== '' ? parts.join(' ') : fail()
}

const wordOf = (text: string): unknown => {
  const first = text[0]
  if (first === '"' || first === "'") return unquoted(text) ?? fail()
  if (text === '{}') return {}
  if (text === '[]') return []
  const comment = text.indexOf(' #')
  const plain = comment === -1 ? text : text.slice(0, comment).trimEnd()
  if (/^[[\]{}?,&*!|>%@`]|^-(?: |$)|: |:$/.test(plain)) return fail()
  return scalarValue(plain)
}

/** `|`, `|-`, `|+`: the lines below as they stand, without their margin. */
function parseLiteral(cursor: Cursor, mark: string, margin: number): string {
  if (!/^\|[-+]?$/.test(mark)) return fail()
  cursor.at++
  const lines: string[] = []
  let own = -1
  for (; cursor.at < cursor.lines.length; cursor.at++) {
    const line = cursor.lines[cursor.at] as string // at is in range
    const isEmpty = line.trim() === ''
    if (!isEmpty && own === -1) own = marginOf(line)
    if (!isEmpty && marginOf(line) < Math.max(own, margin + 1)) break
    if (isEmpty && own === -1) return fail() // the margin is then told by the longest of them
    lines.push(line.slice(own))
  }
  while (lines.at(-1)?.trim() === '' && mark !== '|+') lines.pop()
  if (mark === '|+' || lines.some((line) => line.includes('\r')) || lines.length === 0) return fail()
  return mark === '|-' ? lines.join('\n') : `${lines.join('\n')}\n`
}
