/**
 * Bytes as text, and back again without loss, whatever they are: what is UTF-8 is read as such, and any other byte is a code unit of its own that
 * no text holds, U+DC80 to U+DCFF (Python's `surrogateescape`, PEP 383).
 */
import { isUtf8 } from 'node:buffer'

const firstEscape = 0xdc00

export const textOfBytes = (bytes: Uint8Array): string => (isUtf8(bytes) ? decoded(bytes) : escaped(bytes))

export function bytesOfText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text)
  const parts: Buffer[] = []
  let from = 0
  for (const { index } of text.matchAll(escapes)) {
    parts.push(Buffer.from(text.slice(from, index)), Buffer.of(text.charCodeAt(index) - firstEscape))
    from = index + 1
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from))])
}

/** The same text, in which bytes that were written one by one are the character that they make together. */
export const joinedBytes = (text: string): string =>
  text.isWellFormed() ? text : textOfBytes(bytesOfText(text))

/** How many bytes {@link bytesOfText} answers. */
export function byteLengthOf(text: string): number {
  const length = Buffer.byteLength(text)
  if (text.isWellFormed()) return length
  // Node counts three for each, as for the replacement character.
  return length - 2 * (text.match(escapes)?.length ?? 0)
}

/** A byte that stands alone: the second half of a pair comes after its first. */
const escapes = /(?<![\ud800-\udbff])[\udc80-\udcff]/g

/** Decodes what comes in pieces: a character may be cut in two. */
export class ByteDecoder {
  #left: Uint8Array = new Uint8Array()

  decode(piece: Uint8Array): string {
    const bytes = this.#left.length === 0 ? piece : Buffer.concat([this.#left, piece])
    const end = bytes.length - unfinished(bytes)
    this.#left = bytes.slice(end)
    return textOfBytes(bytes.subarray(0, end))
  }

  /** What is left of a character that nobody finished. */
  end(): string {
    const left = this.#left
    this.#left = new Uint8Array()
    return textOfBytes(left)
  }
}

const decoded = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()

function escaped(bytes: Uint8Array): string {
  let text = ''
  let from = 0
  for (let at = 0; at < bytes.length; ) {
    const length = characterAt(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    text += decoded(bytes.subarray(from, at)) + String.fromCharCode(firstEscape + (bytes[at] ?? 0))
    at++
    from = at
  }
  return text + decoded(bytes.subarray(from))
}

/** How long the character is that begins here; 0 for none. */
function characterAt(bytes: Uint8Array, at: number): number {
  const length = lengthBy(bytes[at] ?? 0)
  return length === 1 ||
    (length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)))
    ? length
    : 0
}

/** What a character's first byte says of its length; 0 for a byte with which none begins. */
function lengthBy(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

/** How many bytes at the end may be the beginning of a character. */
function unfinished(bytes: Uint8Array): number {
  for (let count = 1; count <= 3 && count <= bytes.length; count++) {
    const byte = bytes[bytes.length - count] ?? 0
    if (byte >= 0x80 && byte < 0xc0) continue
    return lengthBy(byte) > count ? count : 0
  }
  return 0
}
