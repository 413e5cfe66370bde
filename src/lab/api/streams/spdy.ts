/** Frames of SPDY/3.1 as far as remote commands need them: moby/spdystream:spdy/types.go. */
import { constants, inflateSync } from 'node:zlib'
import { spdyDictionary } from '#lab/api/streams/dictionary.ts'

export type SpdyFrame =
  | {
      readonly kind: 'syn-stream'
      readonly stream: number
      readonly headers: Readonly<Record<string, string>>
      readonly fin: boolean
    }
  | { readonly kind: 'data'; readonly stream: number; readonly bytes: Buffer; readonly fin: boolean }
  | { readonly kind: 'reset'; readonly stream: number }
  | { readonly kind: 'ping'; readonly bytes: Buffer }
  | { readonly kind: 'goaway' }

/** Turns bytes into frames. Header blocks share one compression context, so frames come out in order. */
export class SpdyReader {
  #pending: Buffer = Buffer.alloc(0)
  #compressed: Buffer = Buffer.alloc(0)
  #inflated = 0

  /** The frames that these bytes complete. Throws for bytes that are no SPDY. */
  push(bytes: Buffer): readonly SpdyFrame[] {
    this.#pending = Buffer.concat([this.#pending, bytes])
    const frames: SpdyFrame[] = []
    for (;;) {
      if (this.#pending.length < 8) return frames
      const length = this.#pending.readUIntBE(5, 3)
      if (this.#pending.length < 8 + length) return frames
      const frame = this.#frame(this.#pending.subarray(0, 8), this.#pending.subarray(8, 8 + length))
      this.#pending = this.#pending.subarray(8 + length)
      if (frame !== undefined) frames.push(frame)
    }
  }

  #frame(head: Buffer, payload: Buffer): SpdyFrame | undefined {
    const fin = (head.readUInt8(4) & 1) === 1
    if (head.readUInt8(0) < 128) return { kind: 'data', stream: head.readUInt32BE(0), bytes: payload, fin }
    switch (head.readUInt16BE(2)) {
      case 1:
        return {
          kind: 'syn-stream',
          stream: payload.readUInt32BE(0),
          headers: this.#headers(payload.subarray(10)),
          fin,
        }
      case 3:
        return { kind: 'reset', stream: payload.readUInt32BE(0) }
      case 6:
        return { kind: 'ping', bytes: payload }
      case 7:
        return { kind: 'goaway' }
      case 8:
        this.#headers(payload.subarray(4)) // keeps the compression context in step
        return undefined
      default:
        return undefined // SETTINGS, WINDOW_UPDATE
    }
  }

  /** Inflates from the start each time: a connection has five header blocks, and zlib's streams are not synchronous. */
  #headers(block: Buffer): Readonly<Record<string, string>> {
    this.#compressed = Buffer.concat([this.#compressed, block])
    const all = inflateSync(this.#compressed, {
      dictionary: spdyDictionary,
      finishFlush: constants.Z_SYNC_FLUSH,
    })
    const text = all.subarray(this.#inflated)
    this.#inflated = all.length
    let at = 4
    const next = (): string => {
      const length = text.readUInt32BE(at)
      at += 4 + length
      return text.toString('utf8', at - length, at)
    }
    const count = text.readUInt32BE(0)
    return Object.fromEntries(Array.from({ length: count }, () => [next().toLowerCase(), next()]))
  }
}

/** Turns frames into bytes. Its header blocks are empty and stored uncompressed, which every inflater reads. */
export class SpdyWriter {
  #started = false

  synReply(stream: number): Buffer {
    const payload = Buffer.concat([uint32(stream), this.#emptyHeaders()])
    return control(2, payload)
  }

  data(stream: number, bytes: Buffer, { fin }: { readonly fin: boolean }): Buffer {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(stream, 0)
    head.writeUInt8(fin ? 1 : 0, 4)
    head.writeUIntBE(bytes.length, 5, 3)
    return Buffer.concat([head, bytes])
  }

  pong(bytes: Buffer): Buffer {
    return control(6, bytes)
  }

  #emptyHeaders(): Buffer {
    // A zlib header once; then a stored block with four zero bytes, the count of none, and the empty stored block of a
    // sync flush, without which Go's inflater hands nothing out.
    const stored = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
    const block = this.#started ? stored : Buffer.concat([Buffer.from([0x78, 0x01]), stored])
    this.#started = true
    return block
  }
}

function control(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(0x8003, 0)
  head.writeUInt16BE(type, 2)
  head.writeUIntBE(payload.length, 5, 3)
  return Buffer.concat([head, payload])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
