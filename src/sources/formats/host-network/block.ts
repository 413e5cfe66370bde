/** What the parsers of this folder have in common: they read lines from a place on, and say where they stopped. */

/** A text's lines by number; undefined behind its end. So a parser may start anywhere without copying the text. */
export type Lines = (at: number) => string | undefined

/** Something that was read, and the number of the line that told it. */
export interface Found<Row> {
  readonly at: number
  readonly row: Row
}

export interface Block<Row> {
  /** The number of the first line that is not read any more. */
  readonly end: number
  readonly found: readonly Found<Row>[]
}

export const linesOf = (text: string): Lines => {
  const lines = text.split('\n')
  return (at) => lines[at]
}

/** Longer lines are none of these programs'. */
const lineMax = 2000

export const lineAt = (lines: Lines, at: number): string => {
  const line = lines(at) ?? ''
  return line.length > lineMax ? '' : line
}

export const isEmpty = (line: string | undefined): boolean => line !== undefined && line.trim() === ''

/** Number of the next line with words, when only a few empty ones lie between: programs set their parts apart. */
export function nextFilled(lines: Lines, at: number): number {
  let next = at
  while (next < at + emptyMax && isEmpty(lines(next))) next++
  return next
}

const emptyMax = 3

/** What a person wrote behind a line of output: `# this one is wrong`, `<-- here`, `(wrong node)`. */
export function withoutRemark(line: string): string {
  let end = line.length
  for (const mark of remarkMarks) {
    const at = line.indexOf(mark)
    if (at > 0 && at < end) end = at
  }
  return line.slice(0, end).trimEnd()
}

const remarkMarks = [' # ', ' <-', ' <=', ' ←', ' // ', ' … ', ' ... '] as const

export const wordsOf = (line: string): readonly string[] => {
  const trimmed = line.trim()
  return trimmed === '' ? [] : trimmed.split(/\s+/)
}

/** Lines that stand for others that somebody left out. */
export const isElision = (line: string): boolean =>
  /^\s*(?:\[?(?:\.{2,6}|…)\]?|<snip>|\[snip\])\s*$/i.test(line)

/** A person's line that says what a listing lacks: `(no tunl0)`, `# no route to the others`. */
export const isAbsenceNote = (line: string): boolean => /^\s*(?:\(|#\s?)no [a-z]/i.test(line)

const v4 = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/
const v6 = /^(?=[^:]*:[^:]*:)[\da-f:]{2,39}(?:\d{1,3}(?:\.\d{1,3}){3})?(?:%[\w.-]{1,15})?(?:\/\d{1,3})?$/i

/** The family of an address, with or without its length; undefined for anything else. */
export const familyOfAddress = (text: string): 4 | 6 | undefined =>
  text.length > 60 ? undefined : v4.test(text) ? 4 : v6.test(text) ? 6 : undefined

/** The length of `255.255.255.192`: 26. */
export const lengthOfMask = (mask: string): number =>
  mask.split('.').reduce((length, part) => length + bitsOf(Number(part)), 0)

const bitsOf = (byte: number): number => byte.toString(2).replaceAll('0', '').length
