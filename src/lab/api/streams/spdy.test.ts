import { createHash } from 'node:crypto'
import { constants, deflateSync, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { spdyDictionary } from '#lab/api/streams/dictionary.ts'
import { SpdyReader, SpdyWriter } from '#lab/api/streams/spdy.ts'

test('the dictionary is the one of the draft', () => {
  expect(spdyDictionary.length).toBe(1423)
  expect(createHash('sha256').update(spdyDictionary).digest('hex')).toBe(
    '51d27341373f923f3cd88e1eb7162aeaa3723d7585ff2399201dc06498407f02',
  )
})

const pair = (text: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, Buffer.from(text)])
}

/** The blocks as a client compresses them: one context, flushed after each. */
function blocks(types: readonly string[]): readonly Buffer[] {
  const plain = types.map((type) =>
    Buffer.concat([Buffer.from([0, 0, 0, 1]), pair('streamtype'), pair(type)]),
  )
  let done = 0
  return plain.map((_, index) => {
    const all = deflateSync(Buffer.concat(plain.slice(0, index + 1)), {
      dictionary: spdyDictionary,
      finishFlush: constants.Z_SYNC_FLUSH,
      level: 0, // stored blocks: the output for a prefix is a prefix of the output
    })
    const block =
      index === 0
        ? all
        : deflateSync(plain[index] as Buffer, { level: 0, finishFlush: constants.Z_SYNC_FLUSH }).subarray(2)
    done = all.length
    expect(done).toBeGreaterThan(0)
    return block
  })
}

function control(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(0x8003, 0)
  head.writeUInt16BE(type, 2)
  head.writeUIntBE(payload.length, 5, 3)
  return Buffer.concat([head, payload])
}

test('streams are opened in order, whatever pieces the bytes come in', () => {
  const types = ['error', 'stdin', 'stdout']
  const frames = blocks(types).map((block, index) => {
    const ids = Buffer.alloc(10)
    ids.writeUInt32BE(2 * index + 1)
    return control(1, Buffer.concat([ids, block]))
  })
  const data = new SpdyWriter().data(3, Buffer.from('hello'), { fin: true })
  const bytes = Buffer.concat([
    ...frames,
    data,
    control(6, Buffer.from([0, 0, 0, 9])),
    control(4, Buffer.alloc(4)),
  ])
  const reader = new SpdyReader()
  const seen = [...bytes].flatMap((byte) => reader.push(Buffer.from([byte])))
  expect(seen).toEqual([
    ...types.map((streamtype, index) => ({
      kind: 'syn-stream',
      stream: 2 * index + 1,
      headers: { streamtype },
      fin: false,
    })),
    { kind: 'data', stream: 3, bytes: Buffer.from('hello'), fin: true },
    { kind: 'ping', bytes: Buffer.from([0, 0, 0, 9]) },
  ])
})

test('replies carry empty headers that one inflater reads', () => {
  const writer = new SpdyWriter()
  const compressed = [1, 3, 5].map((stream) => writer.synReply(stream).subarray(12))
  const all = inflateSync(Buffer.concat(compressed), { finishFlush: constants.Z_SYNC_FLUSH })
  expect(all).toEqual(Buffer.alloc(12))
})
