/** Tables with a header: which words stand under which column, however the spaces between them came through. */

/** The words of a row by column; columns without words are left out. */
export type Cells = Readonly<Record<string, string>>

export interface Column {
  readonly name: string
  /** Offset of its first letter. */
  readonly at: number
}

/** A header in capitals, as kubectl and calicoctl print it: it names the object, and at least one thing more. */
export function headerOf(line: string): readonly Column[] | undefined {
  if (!/^\s*[A-Z]/.test(line) || !/(?:^|\s)NAME(?:\s|$)/.test(line)) return undefined
  const columns = columnsOf(line)
  return columns.length > 1 && columns.every(({ name }) => /^[A-Z][A-Z0-9()/. -]*$/.test(name))
    ? columns
    : undefined
}

/** Names with a blank inside, where they were squeezed to one blank from the next. */
const doubles = new Set(
  'NODE SELECTOR|NOMINATED NODE|READINESS GATES|LAST SEEN|FIRST SEEN|CREATED AT|PEER IP|PEER ASN|PEER SELECTOR|LOCAL ASN|Public IP|Private IP|Primary IP|Machine Type|IP version|Next hop|Operating System|IP Protocol|IP Range|Port Range|Remote Security|Worker Pool'.split(
    '|',
  ),
)

export function columnsOf(line: string): readonly Column[] {
  const columns: Column[] = []
  let end = -1
  for (const word of line.matchAll(/\S+/g)) {
    const last = columns.at(-1)
    const joined = `${last?.name} ${word[0]}`
    if (last !== undefined && word.index === end + 1 && doubles.has(joined))
      columns[columns.length - 1] = { name: joined, at: last.at }
    else columns.push({ name: word[0], at: word.index })
    end = word.index + word[0].length
  }
  return columns
}

/**
 * A row under its header. Undefined where the words cannot be told apart: fewer than two, or more than there are columns.
 *
 * @param wide columns whose words have blanks in them
 */
export function cellsOf(
  columns: readonly Column[],
  line: string,
  wide: readonly string[] = [],
): Cells | undefined {
  const apart = line.trim().split(/\s{2,}/)
  if (apart.length === columns.length) return named(columns, apart)
  const sliced = slices(columns, line)
  if (sliced !== undefined) return named(columns, sliced)
  const words = glued(line).trim().split(/\s+/).map(unglued)
  if (words.length < 2) return undefined
  const fitted = words.length > columns.length ? narrowed(columns, words, wide) : words
  return fitted === undefined ? undefined : named(columns, fitted)
}

const named = (columns: readonly Column[], cells: readonly string[]): Cells =>
  Object.fromEntries(
    columns.flatMap(({ name }, index) => {
      const cell = cells[index]?.trim() ?? ''
      return cell === '' ? [] : [[name, cell] as const]
    }),
  )

/** Where each column starts with a word or is empty, the spaces are the program's own. */
function slices(columns: readonly Column[], line: string): readonly string[] | undefined {
  const isAligned = columns.every(
    ({ at }, index) =>
      index === 0 ||
      at >= line.length ||
      (line[at - 1] === ' ' && (line[at] !== ' ' || isEmptyBetween(line, at, columns[index + 1]?.at))),
  )
  const isNarrow = columns.some(({ at }, index) => index > 0 && at < line.length)
  return isAligned && isNarrow
    ? columns.map(({ at }, index) => line.slice(index === 0 ? 0 : at, columns[index + 1]?.at))
    : undefined
}

const isEmptyBetween = (line: string, from: number, to: number | undefined): boolean =>
  line.slice(from, to).trim() === ''

/** What programs put in brackets behind a cell belongs to it: `7 (3m ago)`, `False (MissingEndpoints)`, `+ 2 more...`. */
const glued = (line: string): string =>
  line
    .replace(/ \((\S{1,20}) ago\)/g, '\u0000($1\u0000ago)')
    .replace(/\b(True|False|Unknown) (?=\(\w{1,60}\))/g, '$1\u0000')
    .replace(/ \+ (\d{1,6}) more\.\.\./g, '\u0000+\u0000$1\u0000more...')

const unglued = (word: string): string => word.replaceAll('\u0000', ' ')

/** Too many words: the first wide column takes what the others leave. */
function narrowed(
  columns: readonly Column[],
  words: readonly string[],
  wide: readonly string[],
): readonly string[] | undefined {
  const at = columns.findIndex(({ name }) => wide.includes(name))
  if (at < 0) return undefined
  const behind = columns.length - at - 1
  const end = words.length - behind
  return [...words.slice(0, at), words.slice(at, end).join(' '), ...words.slice(end)]
}
