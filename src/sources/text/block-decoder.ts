/**
 * Bytes → strings of whole lines. V8 keeps a string with one typographic quote in two bytes a character: lines of plain ASCII
 * are therefore decoded apart from the others, and most texts take no more memory than their file.
 */
import { isAscii } from 'node:buffer'

/** Takes the bytes that came next, undefined at the end; answers what is complete. Throws on what is not its encoding. */
export type BlockDecoder = (bytes: Uint8Array | undefined) => readonly string[]

/** UTF-8, or UTF-16 where its mark stands at the start. */
export function decoderFor([first, second]: Uint8Array): BlockDecoder {
  if (first === 0xff && second === 0xfe) return streamDecoder('utf-16le')
  if (first === 0xfe && second === 0xff) return streamDecoder('utf-16be')
  return utf8Decoder()
}

function streamDecoder(encoding: string): BlockDecoder {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let open = ''
  return (bytes) => {
    const text = open + decoder.decode(bytes, { stream: bytes !== undefined })
    const end = bytes === undefined ? text.length : text.lastIndexOf('\n') + 1
    open = text.slice(end)
    return end === 0 ? [] : [text.slice(0, end)]
  }
}

function utf8Decoder(): BlockDecoder {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let open: Uint8Array[] = []
  return (bytes) => {
    if (bytes === undefined) return blocksOf(Buffer.concat(open), decoder)
    const end = bytes.lastIndexOf(newLine) + 1
    if (end === 0) {
      open.push(Uint8Array.from(bytes)) // copies: the caller may use its buffer again
      return []
    }
    const complete = Buffer.concat([...open, bytes.subarray(0, end)])
    open = [Uint8Array.from(bytes.subarray(end))]
    return blocksOf(complete, decoder)
  }
}

const newLine = 0x0a

/** Runs of lines that are ASCII, and the lines between them. */
function blocksOf(bytes: Buffer, decoder: InstanceType<typeof TextDecoder>): readonly string[] {
  const blocks: string[] = []
  for (let from = 0; from < bytes.length; ) {
    const other = firstOther(bytes, from)
    const start = other === -1 ? bytes.length : bytes.lastIndexOf(newLine, other) + 1
    if (start > from) blocks.push(bytes.toString('latin1', from, start))
    if (other === -1) break
    const next = bytes.indexOf(newLine, other)
    const end = next === -1 ? bytes.length : next + 1
    blocks.push(decoder.decode(bytes.subarray(Math.max(start, from), end)))
    from = end
  }
  return blocks
}

/** Where the first byte stands that is not ASCII; -1: nowhere. Long stretches are asked for at once, which is much faster. */
function firstOther(bytes: Uint8Array, from: number): number {
  for (let start = from; start < bytes.length; start += stretchBytes) {
    const stretch = bytes.subarray(start, start + stretchBytes)
    if (!isAscii(stretch)) return start + stretch.findIndex((byte) => byte >= 0x80)
  }
  return -1
}

const stretchBytes = 2048
