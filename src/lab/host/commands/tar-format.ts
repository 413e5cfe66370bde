/** Archives of tar(1). */
import { byteLengthOf, textOfBytes } from '#base/bytes.ts'

const block = 512

export const endOfArchive = '\0'.repeat(2 * block)

/** A file with its header, filled up to whole blocks. */
export function fileEntry(o: {
  readonly name: string
  readonly mode: number
  readonly mtimeMs: number
  readonly text: string
}): string {
  const size = byteLengthOf(o.text)
  return `${header({ ...o, size, type: '0' })}${o.text}${'\0'.repeat((block - (size % block)) % block)}`
}

/** A ustar header: POSIX.1-1988, pax(1). */
export function header(o: {
  readonly name: string
  readonly mode: number
  readonly size: number
  readonly mtimeMs: number
  readonly type: '0' | '5'
}): string {
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  const fields = (sum: string): string =>
    [
      o.name.slice(0, 100).padEnd(100, '\0'),
      octal(o.mode, 8),
      octal(0, 8),
      octal(0, 8),
      octal(o.size, 12),
      octal(Math.floor(o.mtimeMs / 1000), 12),
      sum,
      o.type,
      '\0'.repeat(100),
      'ustar\u000000',
      'root'.padEnd(32, '\0'),
      'root'.padEnd(32, '\0'),
    ]
      .join('')
      .padEnd(block, '\0')
  const sum = Buffer.from(fields(' '.repeat(8)), 'latin1').reduce((all, byte) => all + byte, 0)
  return fields(`${sum.toString(8).padStart(6, '0')}\0 `)
}

export interface Archived {
  readonly name: string
  /** `5`: a directory. */
  readonly type: string
  readonly body: string
}

/** What is in an archive, up to its end. */
export function* archived(bytes: Buffer): Generator<Archived> {
  const text = (from: number, length: number): string =>
    bytes.toString('utf8', from, from + length).replace(/\0.*$/s, '')
  for (let at = 0; at + block <= bytes.length && bytes[at] !== 0; ) {
    const name = [text(at + 345, 155), text(at, 100)].filter((part) => part !== '').join('/')
    const size = Number.parseInt(text(at + 124, 12).trim() || '0', 8)
    const type = text(at + 156, 1)
    const body = textOfBytes(bytes.subarray(at + block, at + block + size))
    at += block + Math.ceil(size / block) * block
    if (type !== 'x' && type !== 'g') yield { name, type, body }
  }
}
