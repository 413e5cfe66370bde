/** From pasted text to clean lines: what terminals, chats, mail and Markdown put around the words comes off. */
import { cleanLine } from '#sources/text/clean-line.ts'
import { isBlank, looksLikeLog, startsStructure } from '#sources/text/line-shapes.ts'
import { takeOffMargins } from '#sources/text/margins.ts'

export { cleanLine } from '#sources/text/clean-line.ts'
export { isBlank, isFence, looksLikeLog, startsStructure } from '#sources/text/line-shapes.ts'

export interface TextLine {
  /** Cleaned; keeps its leading spaces, which tables and YAML need. */
  readonly text: string
  /** 1 for the first line of the piece. Words quoted inside a sentence have the number of their sentence. */
  readonly number: number
}

/** @param text whole, or in blocks that end with lines */
export function cleanLines(text: string | readonly string[]): TextLine[] {
  const lines: TextLine[] = []
  const blocks = typeof text === 'string' ? [text] : text
  let number = 0
  for (const [at, block] of blocks.entries()) {
    const end = at < blocks.length - 1 && block.endsWith('\n') ? block.length - 1 : block.length
    let from = 0
    do {
      const next = block.indexOf('\n', from)
      const to = next === -1 ? end : next
      addLine(lines, cleanLine(block.slice(from, to)), ++number)
      from = to + 1
    } while (from <= end)
  }
  takeOffMargins(lines)
  return lines
}

function addLine(lines: TextLine[], cleaned: string, number: number): void {
  // Log lines have backticks of their own: iptables' quotation marks.
  const quotes = cleaned.length >= codeSpanMin && cleaned.includes('`') && !looksLikeLog(cleaned)
  if (quotes) lines.push(...withCodeSpans(cleaned, number))
  else lines.push({ text: cleaned, number })
}

/** Shorter quotations are names and words, not output. */
const codeSpanMin = 24

/** A line that quotes output in backticks is read as a sentence and, by itself, as what it quotes. */
function withCodeSpans(line: string, number: number): readonly TextLine[] {
  const spans = [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string) // the group is not optional
  const long = spans.filter((span) => span.length >= codeSpanMin)
  const around = line.replace(/`[^`]*`/g, (span) => (span.length - 2 >= codeSpanMin ? '…' : span))
  const sentence = /[A-Za-z]{2,}/.test(around) ? [{ text: around, number }] : []
  return [...sentence, ...long.map((text) => ({ text: text.trimEnd(), number }))]
}

/** Lines that go on with what `from` began: wrapped by a terminal or a chat, or the second line of a probe's output. */
export function continuations(lines: readonly TextLine[], from: number, most = 6): readonly TextLine[] {
  const found: TextLine[] = []
  for (let at = from + 1; at <= from + most; at++) {
    const line = lines[at]
    if (line === undefined || isBlank(line.text) || startsStructure(line.text)) break
    if (line.number === lines[from]?.number) break // a quotation beside another, not below it
    found.push(line)
  }
  return found
}

/** One text of a line and what goes on with it: as the program wrote it, as far as one can tell. */
export function joinWrapped(parts: readonly string[]): string {
  return parts.reduce((text, part) => {
    if (/^\s*(?:calico\/node is not ready|panic: |goroutine )/.test(part)) return `${text}\n${part.trim()}`
    // A terminal cuts at its width, wherever that falls; everybody else cuts between words.
    const lastWidth = text.length - (text.lastIndexOf('\n') + 1)
    return lastWidth >= 80 && !part.startsWith(' ') ? text + part : `${text} ${part.trim()}`
  })
}
