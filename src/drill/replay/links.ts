import { type Piece, withoutControls } from '#drill/replay/words.ts'

/** A link as text: its words, and where it leads unless that is no use outside its page. */
export function linkedWords(words: string, target: string): Piece {
  const leads = absolute(target)
  return { words: leads === undefined || words.includes(leads) ? '' : ` (${leads})` }
}

/** The link of a reference, if it is one that may be followed; relative ones are those of the author's pages. */
export function safeTarget(target: string): string | undefined {
  const plain = withoutControls(target).trim()
  if (plain === '' || /[\s<>`\\]/.test(plain)) return undefined
  if (absolute(plain) === undefined && (/^[a-z][a-z0-9+.-]*:/i.test(plain) || plain.startsWith('//')))
    return undefined
  // As Markdown's parsers write addresses, so that the same one is always written the same way.
  return plain.replace(/%(?![0-9a-f]{2})|[^\w;/?:@&=+$,.!~*'()#%-]/giu, encodeURIComponent)
}

function absolute(target: string): string | undefined {
  const plain = withoutControls(target).trim()
  return /^https?:\/\/[^\s<>`\\]+$/i.test(plain) ? plain : undefined
}
