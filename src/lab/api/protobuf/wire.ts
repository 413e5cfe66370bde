/** The encoding of protocol buffers: tags, varints, lengths. */
import { badRequest } from '#lab/api/status.ts'

export interface WireField {
  readonly number: number
  readonly value: number | Uint8Array
}

/** The fields of a message in the order in which they stand. Throws BadRequest for one that is cut off. */
export function wireFields(bytes: Uint8Array): readonly WireField[] {
  const fields: WireField[] = []
  const reader = new Reader(bytes)
  while (!reader.done) {
    const tag = reader.varint()
    const number = Math.floor(tag / 8)
    switch (tag % 8) {
      case 0:
        fields.push({ number, value: reader.varint() })
        break
      case 1:
        fields.push({ number, value: reader.double() })
        break
      case 2:
        fields.push({ number, value: reader.take(reader.varint()) })
        break
      default:
        throw badRequest(`proto: illegal wireType ${tag % 8}`)
    }
  }
  return fields
}

/** The last bytes under a number; none when there are none. */
export function bytesAt(fields: readonly WireField[], number: number): Uint8Array {
  const value = fields.findLast((field) => field.number === number)?.value
  return value instanceof Uint8Array ? value : new Uint8Array()
}

/** The last number under a number. */
export function numberAt(fields: readonly WireField[], number: number): number | undefined {
  const value = fields.findLast((field) => field.number === number)?.value
  return typeof value === 'number' ? value : undefined
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** As a signed 64-bit number. */
  varint(): number {
    let result = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw badRequest('unexpected EOF')
      result |= BigInt(byte & 127) << shift
      if (byte < 128) return Number(BigInt.asIntN(64, result))
    }
  }

  double(): number {
    const bytes = this.take(8)
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true)
  }

  take(length: number): Uint8Array {
    if (length < 0 || this.#at + length > this.#bytes.length) throw badRequest('unexpected EOF')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
