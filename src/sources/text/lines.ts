/** From pasted text to clean lines: what terminals, chats, mail and Markdown put around the words comes off. */

export interface TextLine {
  /** Cleaned; keeps its leading spaces, which tables and YAML need. */
  readonly text: string
  /** 1 for the first line of the piece. Words quoted inside a sentence have the number of their sentence. */
  readonly number: number
}

export function cleanLines(text: string): readonly TextLine[] {
  const lines: TextLine[] = []
  let number = 0
  for (const raw of text.split('\n')) {
    number++
    const cleaned = cleanLine(raw)
    // Log lines have backticks of their own: iptables' quotation marks.
    const quotes = cleaned.length >= codeSpanMin && cleaned.includes('`') && !looksLikeLog(cleaned)
    if (quotes) lines.push(...withCodeSpans(cleaned, number))
    else lines.push({ text: cleaned, number })
  }
  return lines
}

/** Everything but the words: colours, carriage returns, quote marks of mail and chat, a speaker's name and time. */
export function cleanLine(raw: string): string {
  let line = raw
  if (/[^\x20-\x7e]/.test(line)) line = plain(line)
  if (line.startsWith('>')) line = line.replace(/^(?:> ?){1,10}/, '')
  if (speaker.test(line)) line = line.replace(speaker, '')
  return line.trimEnd()
}

function plain(line: string): string {
  return line
    .replace(
      /\u001b\[[0-9;?]{0,20}[A-Za-z]|\u001b\][^\u0007\u001b]{0,300}(?:\u0007|\u001b\\)|\u001b[()][A-Z0-9]/g,
      '',
    )
    .replace(/[\r\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .replace(/\t/g, '        ')
}

/** `[10:32] Ann: `, `10:32 AM Ann B.: `, `<ann> `, `Ann [10:32 AM]: ` */
const speaker =
  /^(?:\[?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?\]? <?[A-Za-z][\w .'-]{0,40}>?: (?=\S)|<[A-Za-z][\w .-]{0,40}> (?=\S)|[A-Za-z][\w .'-]{0,40} \[\d{1,2}:\d\d(?: ?[AaPp][Mm])?\]:? )/

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

export const isBlank = (line: string | undefined): boolean => line === undefined || /^\s*$/.test(line)

/** ```` ``` ```` with or without a language, and `---` or `===` rules. */
export const isFence = (line: string): boolean =>
  /^\s*(?:```[\w-]{0,20}|~~~[\w-]{0,20}|[-=_*]{3,})\s*$/.test(line)

/** Text in a form in which a line that goes on does not start: what follows a wrapped line must be none of these. */
export const startsStructure = (line: string): boolean =>
  looksLikeLog(line) ||
  /^\s*(?:Normal|Warning)\s/.test(line) ||
  /^\s*[A-Z]\w+\s+(?:True|False|Unknown)\s/.test(line) ||
  /^\s*[A-Za-z][\w .()/-]{0,60}:(?:\s{2,}\S|$)/.test(line) ||
  /^\s*(?:apiVersion|kind|metadata|spec|status|- name|- type):/.test(line) ||
  /^\s*\S{1,253}\s+\d{1,3}\/\d{1,3}\s+[A-Z]/.test(line) ||
  /^[[(]?[\w.-]{1,60}@[\w.-]{1,60}|^[$#] /.test(line) ||
  /^\s*[|+]/.test(line) ||
  isFence(line)

/** The line starts as a log line of some program does. */
export const looksLikeLog = (line: string): boolean =>
  /^(?:\d{4}-\d\d-\d\d[T ]\d\d:|bird: |[IWEF]\d{4} \d\d:|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |time="|level=\w+ |\{"|\[pod\/|\[ *\d{1,9}\.\d{6}\] |\[[A-Z][a-z]{2} [A-Z][a-z]{2} |\[[A-Z]+\]\[\d|[a-z][\w-]{1,40}\/[\w-]{1,80}\.go \d{1,6}: )/.test(
    line,
  )

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
