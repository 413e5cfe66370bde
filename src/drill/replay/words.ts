/**
 * The one shape of every text of a replay: words with single spaces, code between backticks. A backtick that encloses
 * nothing becomes an apostrophe, so that the text reads in one way only; writing it and reading it again gives it back.
 */

export type Piece = { readonly words: string } | { readonly code: string }

/** Sequences that a terminal obeys. A string that does not end in its line loses only its beginning: the rest is words. */
const escapes =
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]{0,300}(?:\u0007|\u001b\\|\u009c)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g

/** Control characters, and characters that have no width or turn the direction of what follows. */
const controls =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/** Without terminal escapes and control characters; lines end in `\n`. */
export function withoutControls(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(escapes, '')
    .replace(controls, (found) => (found === '\u000b' || found === '\u000c' || found === '\u2028' ? ' ' : ''))
}

/** One text of its pieces. Line breaks inside words are kept, one each, for those who read lines; see `oneLine`. */
export function textOf(pieces: readonly Piece[]): string {
  const text = pieces
    .map((piece) => ('code' in piece ? codeSpan(piece.code) : piece.words.replace(/`/g, "'")))
    .reduce(
      (sofar, next) => (sofar.endsWith('`') && next.startsWith('`') ? `${sofar} ${next}` : sofar + next),
      '',
    )
  // Each step is linear: spaces are one before line breaks are looked at.
  return withoutControls(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n\s*/g, '\n')
    .trim()
}

/** Text that was copied: backticks that pair up enclose code, as they do in Markdown. */
export function copiedText(text: string): string {
  return textOf(piecesOf(text))
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** The words and the code of a text, by the rule of Markdown: as many backticks close as opened. */
export function piecesOf(text: string): readonly Piece[] {
  const runs = [...text.matchAll(/`+/g)].map((found) => ({ at: found.index, size: found[0].length }))
  const closing = nextOfSameSize(runs)
  const pieces: Piece[] = []
  let from = 0
  for (let opening = 0; opening < runs.length; opening += 1) {
    const [open, close] = [runs[opening], runs[closing[opening] ?? -1]]
    if (open === undefined || close === undefined) continue
    pieces.push({ words: text.slice(from, open.at) })
    pieces.push({ code: text.slice(open.at + open.size, close.at) })
    from = close.at + close.size
    opening = closing[opening] as number // it closes this one and opens none
  }
  return [...pieces, { words: text.slice(from) }]
}

function nextOfSameSize(runs: readonly { readonly size: number }[]): readonly (number | undefined)[] {
  const last = new Map<number, number>()
  const next: (number | undefined)[] = Array.from({ length: runs.length })
  for (let at = runs.length - 1; at >= 0; at -= 1) {
    const size = runs[at]?.size as number
    next[at] = last.get(size)
    last.set(size, at)
  }
  return next
}

/** Code between as many backticks as it needs; no code, no backticks. */
export function codeSpan(raw: string): string {
  const code = oneLine(withoutControls(raw))
  if (code === '') return ''
  const fence = '`'.repeat(longestRun(code) + 1)
  const pad = /^`|`$/.test(code) ? ' ' : ''
  return `${fence}${pad}${code}${pad}${fence}`
}

export const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map((found) => found[0].length))

/** A block of code: its lines without controls, none empty at its ends. */
export const codeLines = (raw: string): string =>
  withoutSpacesAtEnds(withoutControls(raw)).replace(/^\n+|\n+$/g, '')

/** Lines without spaces at their ends. */
export const withoutSpacesAtEnds = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
