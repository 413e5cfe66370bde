/** Writes protocol buffer messages: length-delimited fields and varints only. */
export class ProtobufWriter {
  readonly #bytes: number[] = []

  /** A text, bytes, or a nested message. */
  field(number: number, value: string | ProtobufWriter | Uint8Array): this {
    const bytes =
      typeof value === 'string'
        ? new TextEncoder().encode(value)
        : value instanceof ProtobufWriter
          ? value.#bytes
          : value
    this.#varint(number * 8 + 2)
    this.#varint(bytes.length)
    for (const byte of bytes) this.#bytes.push(byte)
    return this
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  #varint(value: number): void {
    let left = value
    while (left > 127) {
      this.#bytes.push((left % 128) + 128)
      left = Math.floor(left / 128)
    }
    this.#bytes.push(left)
  }
}
