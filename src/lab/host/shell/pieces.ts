/**
 * A part of an expanded word. `literal` is neither split nor matched against files, `glob` is a wildcard as typed,
 * `expanded` is the unquoted result of an expansion: split at IFS, then matched. `break` ends a field ("$@").
 */
export type Piece =
  | { readonly kind: 'literal' | 'glob' | 'expanded'; readonly text: string }
  | { readonly kind: 'break' }

/** One field: what it says, and the pattern it is when wildcards count. */
export interface Field {
  readonly text: string
  readonly pattern: string
}

const escaped = (text: string): string => text.replaceAll(/[\\*?[\]]/g, '\\$&')

/** Splits pieces into fields as field splitting does; a word of nothing but empty expansions gives none. */
export function fieldsOf(pieces: readonly Piece[], separators: string): Field[] {
  const fields: Field[] = []
  let text = ''
  let pattern = ''
  let present = false
  const end = (): void => {
    if (present) fields.push({ text, pattern })
    text = ''
    pattern = ''
    present = false
  }
  const add = (part: string, asPattern: string): void => {
    text += part
    pattern += asPattern
    present = true
  }
  for (const piece of pieces) {
    if (piece.kind === 'break') end()
    else if (piece.kind === 'literal') add(piece.text, escaped(piece.text))
    else if (piece.kind === 'glob') add(piece.text, piece.text)
    else
      for (const { text: part, after } of split(piece.text, separators)) {
        if (after !== 'start') {
          // Only blanks can stand between no fields.
          if (after === 'mark') present = true
          end()
        }
        if (part !== '') add(part, part)
      }
  }
  end()
  return fields
}

/** A run of blanks separates once; any other separator, with the blanks around it, separates each time. */
function split(
  text: string,
  separators: string,
): { readonly text: string; readonly after: 'start' | 'blank' | 'mark' }[] {
  const blanks = [...separators].filter((c) => /\s/.test(c)).join('')
  const parts: { text: string; after: 'start' | 'blank' | 'mark' }[] = [{ text: '', after: 'start' }]
  let last = parts[0]
  for (const c of text) {
    if (last === undefined || !separators.includes(c)) {
      if (last !== undefined) last.text += c
      continue
    }
    const after = blanks.includes(c) ? 'blank' : 'mark'
    const empty = last.text === '' && last.after === 'blank'
    if (empty && after === 'mark') last.after = 'mark'
    else if (!(after === 'blank' && last.text === '' && last.after !== 'start')) {
      last = { text: '', after }
      parts.push(last)
    }
  }
  return parts
}

/** All pieces as one text: quotes removed, nothing split. */
export const textOfPieces = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (piece.kind === 'break' ? ' ' : piece.text)).join('')

/** All pieces as one shell pattern: what was quoted means itself. */
export const patternOfPieces = (pieces: readonly Piece[]): string =>
  pieces
    .map((piece) =>
      piece.kind === 'break' ? ' ' : piece.kind === 'literal' ? escaped(piece.text) : piece.text,
    )
    .join('')
