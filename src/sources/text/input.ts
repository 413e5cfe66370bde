/** What may come in at all. Trouble here is the user's to mend, so each says how. */
import { Trouble } from '#base/trouble.ts'

/** A text that somebody pasted or saved; `name` is how reports call it: a path, or `pasted text`. */
export interface TextPiece {
  readonly name: string
  readonly text: string
}

/** More than this is refused: a person cannot have read it either, and its end tells most. */
export const textBytesMax = 64 * 2 ** 20

/**
 * The text of a file or of standard input.
 *
 * UTF-8, and UTF-16 with a byte order mark (what PowerShell writes with `>`).
 * @throws {Trouble} empty, binary, in another encoding, or over {@link textBytesMax}
 */
export function decodeText(name: string, bytes: Uint8Array): TextPiece {
  checkSize(name, bytes.length)
  const text = decoded(bytes)
  if (text === undefined)
    throw new Trouble('text-not-utf8', `${name} is not UTF-8 text`, {
      hint: 'save it as UTF-8, or convert it: iconv -f ENCODING -t UTF-8',
    })
  return checkPiece({ name, text })
}

/**
 * For readers that know the size before they have the bytes.
 *
 * @throws {Trouble} over {@link textBytesMax}
 */
export function checkSize(name: string, bytes: number): void {
  if (bytes > textBytesMax) throw tooLarge(name, bytes)
}

/** @throws {Trouble} as {@link decodeText} */
export function checkPiece(piece: TextPiece): TextPiece {
  // A character takes one to three bytes of UTF-8 per code unit; counting exactly only matters in between.
  checkSize(piece.name, piece.text.length)
  if (piece.text.length * 3 > textBytesMax) {
    checkSize(piece.name, Buffer.byteLength(piece.text))
  }
  if (piece.text.trim() === '')
    throw new Trouble('text-empty', `${piece.name} is empty`, {
      hint: 'give it what kubectl describe, kubectl logs or an engineer’s message says',
    })
  if (piece.text.includes('\0'))
    throw new Trouble('text-binary', `${piece.name} is binary, not text`, {
      hint: 'unpack archives first; of a program’s file, give what the program prints',
    })
  return piece
}

const tooLarge = (name: string, bytes: number): Trouble =>
  new Trouble('text-too-large', `${name} has ${Math.ceil(bytes / 2 ** 20)} MB; the limit is 64 MB`, {
    hint: `cut it: tail -c 20M ${name} > cut.txt, or grep -iE "calico|bird|felix|kubelet" ${name} > cut.txt`,
  })

function decoded(bytes: Uint8Array): string | undefined {
  const encoding = markedEncoding(bytes)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    // A file with zero bytes is binary before it is badly encoded.
    return bytes.includes(0) ? '\0' : undefined
  }
}

function markedEncoding([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return 'utf-8'
}
