/** Marks that stand before each line of a stretch: a quotation's bar, a diff's plus, an editor's numbers. */
import { looksLikeLog } from '#sources/text/line-shapes.ts'
import type { TextLine } from '#sources/text/lines.ts'

/** Takes them off, in place. */
export function takeOffMargins(lines: TextLine[]): void {
  for (let at = 0; at < lines.length; ) {
    const mark = markOf(lines[at]?.text ?? '')
    const count = mark === undefined ? 0 : stretch(lines, at, mark)
    if (mark !== undefined && count >= linesMin[mark])
      for (let next = at; next < at + count; next++) strip(lines, next, mark)
    at += Math.max(1, count)
  }
}

type Mark = 'bar' | 'plus' | 'number'

/** One number alone is anybody's; two that follow each other are an editor's. */
const linesMin: Readonly<Record<Mark, number>> = { bar: 1, plus: 1, number: 2 }

function markOf(line: string): Mark | undefined {
  const first = line.charCodeAt(0)
  // |, │ and ┃, + and what numbers begin with: a test for each line of a text.
  if (first === 124 || first === 0x2502 || first === 0x2503) return isBoxed(line) ? undefined : 'bar'
  if (first === 43) return line.startsWith('+ ') ? 'plus' : undefined
  return first === 32 || (first >= 48 && first <= 57)
    ? numberOf(line) === undefined
      ? undefined
      : 'number'
    : undefined
}

/** A row of a table ends as it begins. */
const isBoxed = (line: string): boolean => /^.[^|│]{0,2000}[|│]/.test(line)

/** `  12  text` of cat -n, `12: text`, `12 | text`; not the interfaces of `ip -o link`, which are numbered as well. */
const numbered = /^\s{0,7}(?<number>\d{1,7})(?:(?::| [|│]) ?|\s{2,8})(?!\s*[\w.@-]{1,20}:? +(?:<|inet))/

function numberOf(line: string): number | undefined {
  const number = line.length > 8 || /\d/.test(line) ? numbered.exec(line)?.groups?.number : undefined
  return number === undefined || looksLikeLog(line) ? undefined : Number(number)
}

function stretch(lines: readonly TextLine[], at: number, mark: Mark): number {
  const first = numberOf(lines[at]?.text ?? '') ?? 0
  let count = 1
  for (; at + count < lines.length; count++) {
    const text = lines[at + count]?.text ?? ''
    const isMore =
      mark === 'number' ? numberOf(text) === first + count : markOf(text) === mark || isBareMark(text, mark)
    if (!isMore) break
  }
  return count
}

/** A blank line, whose mark lost its space. */
const isBareMark = (text: string, mark: Mark): boolean =>
  (mark === 'bar' && /^[|│┃]$/.test(text)) || (mark === 'plus' && text === '+')

function strip(lines: TextLine[], at: number, mark: Mark): void {
  const line = lines[at]
  if (line === undefined) return
  const text = mark === 'number' ? line.text.replace(numbered, '') : line.text.replace(/^. ?/u, '')
  lines[at] = { ...line, text }
}
