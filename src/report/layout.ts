/** Lines of at most 80 columns. Commands and quotations are never wrapped: people copy them. */
export const columns = 80

/** Beside a head, text has so many columns at least; else it goes below. */
const besideMin = 12

/** Words wrapped into lines that start with `first`, then with as many blanks; below it where the lines would be very short. */
export function wrapped(text: string, first = '', across = columns): readonly string[] {
  const head = visible(first)
  if (head.length > 2 && across - head.length < besideMin)
    return [...headLines(first, across), ...wrapped(text, '  ', across)]
  const width = Math.max(1, across - head.length)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines.map((each, index) => `${index === 0 ? first : ' '.repeat(head.length)}${each}`)
}

/** A head by itself; where even that is too long its blanks are closed up. */
function headLines(first: string, across: number): readonly string[] {
  const head = visible(first).trimEnd()
  if (head === '') return []
  return head.length <= across ? [first.trimEnd()] : wrapped(head.trim().replace(/\s+/g, ' '), '', across)
}

/** Without what only colours it. */
const visible = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '')

/** A word that fits no line is cut where the line ends. */
const pieces = (word: string, width: number): readonly string[] =>
  word.length <= width ? [word] : [word.slice(0, width), ...pieces(word.slice(width), width)]

/** One line of at most `max` characters, columns of blanks closed up; cut between words, and shown as cut. */
export function oneLine(text: string, max: number): string {
  const line = text
    .trim()
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .replace(/\s+/g, ' ')
  if (line.length <= max) return line
  const cut = line.slice(0, max - 1)
  const space = cut.lastIndexOf(' ')
  // A text without blanks has no better place.
  return `${space > max / 2 ? cut.slice(0, space) : cut}…`
}

/** `a`, `a and b`, `a, b and 3 more` */
export function some(names: readonly string[], max = 4): string {
  if (names.length <= 1) return names.join('')
  const shown = names.slice(0, max)
  const rest = names.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
