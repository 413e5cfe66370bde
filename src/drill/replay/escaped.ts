import { codeSpan, piecesOf } from '#drill/replay/words.ts'

/** Where words stand: inside a line, at the beginning of a paragraph or point, or in a heading. */
export type Place = 'inline' | 'paragraph' | 'heading'

/** A text of a replay as Markdown that reads as that text: code stays, and what would be markup gets a backslash. */
export function escaped(text: string, place: Place): string {
  const inline = piecesOf(text)
    .map((piece) => ('code' in piece ? codeSpan(piece.code) : words(piece.words)))
    .join('')
  if (place === 'heading') return inline.replace(/#+$/, (hashes) => hashes.replaceAll('#', '\\#'))
  return place === 'paragraph' ? atStart(inline) : inline
}

/** Only where CommonMark would read markup, so that names like `kube_proxy` and `<` before a number stay as they are. */
const words = (text: string): string =>
  text.replace(
    /[*[\]`]|\\(?=[!-/:-@[-`{-~]|$)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|<(?=[A-Za-z/!?]|$)|&(?=[#A-Za-z])/gu,
    '\\$&',
  )

/** What would begin a heading, quote, list, line or block of code. */
const atStart = (inline: string): string =>
  inline.replace(/^(?:[#>+=~-]|(?<number>\d{1,9})(?=[.)](?:\s|$)))/, (found, number?: string) =>
    number === undefined ? `\\${found}` : `${number}\\`,
  )
