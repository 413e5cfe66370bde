/** What may come in at all. Trouble here is the user's to mend, so each says how. */
import { Trouble } from '#base/trouble.ts'
import { type BlockDecoder, decoderFor } from '#sources/text/block-decoder.ts'

/** A text that somebody pasted or saved; `name` is how reports call it: a path, or `pasted text`. */
export interface TextPiece {
  readonly name: string
  readonly text: string
  /** The same in pieces that end with lines, where it came in pieces: a large text is never held twice. */
  readonly blocks?: readonly string[]
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
  const decoder = textDecoder(name)
  for (let at = 0; at < bytes.length; at += blockBytes) decoder.push(bytes.subarray(at, at + blockBytes))
  return decoder.end()
}

/** So much of a text is decoded at once; also a good size for reading files. */
export const blockBytes = 2 ** 18

/** {@link decodeText} for bytes that come in turn. Both methods throw as it does. */
export interface TextDecoding {
  push(bytes: Uint8Array): void
  end(): TextPiece
}

export function textDecoder(name: string): TextDecoding {
  const orTrouble = (decode: BlockDecoder, bytes: Uint8Array | undefined): readonly string[] => {
    try {
      return decode(bytes)
    } catch {
      // A file with zero bytes is binary before it is badly encoded.
      throw hasZero ? binary(name) : notUtf8(name)
    }
  }
  const blocks: string[] = []
  let decoder: BlockDecoder | undefined
  let size = 0
  let hasZero = false
  return {
    push: (bytes) => {
      size += bytes.length
      checkSize(name, size)
      hasZero ||= bytes.includes(0)
      decoder ??= decoderFor(bytes)
      for (const block of orTrouble(decoder, bytes)) blocks.push(block)
    },
    end: () => {
      for (const block of decoder === undefined ? [] : orTrouble(decoder, undefined)) blocks.push(block)
      checkBlocks(name, blocks)
      return {
        name,
        blocks,
        get text() {
          return blocks.join('')
        },
      }
    },
  }
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
  if (piece.blocks !== undefined) return piece // was checked when it was decoded
  // A character takes one to three bytes of UTF-8 per code unit; counting exactly only matters in between.
  checkSize(piece.name, piece.text.length)
  if (piece.text.length * 3 > textBytesMax) {
    checkSize(piece.name, Buffer.byteLength(piece.text))
  }
  checkBlocks(piece.name, [piece.text])
  return piece
}

function checkBlocks(name: string, blocks: readonly string[]): void {
  if (blocks.every((block) => block.trim() === ''))
    throw new Trouble('text-empty', `${name} is empty`, {
      hint: 'give it what kubectl describe, kubectl logs or an engineer’s message says',
    })
  if (blocks.some((block) => block.includes('\0'))) throw binary(name)
}

const binary = (name: string): Trouble =>
  new Trouble('text-binary', `${name} is binary, not text`, {
    hint: 'unpack archives first; of a program’s file, give what the program prints',
  })

const notUtf8 = (name: string): Trouble =>
  new Trouble('text-not-utf8', `${name} is not UTF-8 text`, {
    hint: 'save it as UTF-8, or convert it: iconv -f ENCODING -t UTF-8',
  })

const tooLarge = (name: string, bytes: number): Trouble =>
  new Trouble('text-too-large', `${name} has ${Math.ceil(bytes / 2 ** 20)} MB; the limit is 64 MB`, {
    hint: `cut it: tail -c 20M ${name} > cut.txt, or grep -iE "calico|bird|felix|kubelet" ${name} > cut.txt`,
  })
