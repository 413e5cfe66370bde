import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteDecoder, byteLengthOf, bytesOfText, textOfBytes } from '#base/bytes.ts'

const some = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  // What is nearly UTF-8: characters with bytes in between.
  fc
    .array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 4 }), fc.uint8Array({ maxLength: 2 })))
    .map((parts) =>
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))),
    ),
)

test('any bytes come back as they were, and are counted', () => {
  fc.assert(
    fc.property(some, (bytes) => {
      const text = textOfBytes(bytes)
      expect([...bytesOfText(text)]).toEqual([...bytes])
      expect(byteLengthOf(text)).toBe(bytes.length)
    }),
  )
})

test('in whatever pieces they come', () => {
  fc.assert(
    fc.property(some, fc.array(fc.nat(10)), (bytes, cuts) => {
      const decoder = new ByteDecoder()
      let text = ''
      let at = 0
      for (const cut of cuts) {
        text += decoder.decode(bytes.subarray(at, at + cut))
        at += cut
      }
      text += decoder.decode(bytes.subarray(at)) + decoder.end()
      expect([...bytesOfText(text)]).toEqual([...bytes])
    }),
  )
})

describe('text is text', () => {
  test.each(['', 'plain', 'grüße', '日本', '👍', '\ufeffwith a mark', '\ufffd'])('%j', (text) => {
    expect(textOfBytes(Buffer.from(text))).toBe(text)
    expect(bytesOfText(text).equals(Buffer.from(text))).toBe(true)
    const decoder = new ByteDecoder()
    const pieces = [...Buffer.from(text)].map((byte) => decoder.decode(Buffer.of(byte)))
    expect(pieces.join('') + decoder.end()).toBe(text)
  })

  test.each<[string, readonly number[], string]>([
    ['a byte that begins nothing', [0x61, 0xff, 0x62], 'a\udcffb'],
    ['a character that is cut off', [0xe2, 0x82], '\udce2\udc82'],
    ['half of a pair, which UTF-8 has not', [0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
    ['more bytes than a character needs', [0xc0, 0xaf], '\udcc0\udcaf'],
  ])('%s', (_, bytes, text) => {
    expect(textOfBytes(Uint8Array.from(bytes))).toBe(text)
  })
})
