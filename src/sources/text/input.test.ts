import { describe, expect, test } from 'vitest'
import { Trouble } from '#base/trouble.ts'
import { decodeText, textBytesMax, textDecoder } from '#sources/text/input.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const troubleOf = (input: Uint8Array): Trouble => {
  try {
    decodeText('paste.txt', input)
  } catch (error) {
    if (error instanceof Trouble) return error
    throw error
  }
  throw new Error('no trouble')
}

describe('decodeText', () => {
  test.each<[string, Uint8Array, string]>([
    ['nothing', bytes(''), 'text-empty'],
    ['blanks only', bytes(' \n\t\n'), 'text-empty'],
    ['an archive', new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'text-binary'],
    ['text with a zero byte', bytes('a\0b'), 'text-binary'],
    ['Latin-1', new Uint8Array([0x4b, 0xfc, 0x62, 0x65, 0x6c]), 'text-not-utf8'],
  ])('refuses %s', (_, input, code) => {
    const trouble = troubleOf(input)
    expect(trouble.code).toBe(code)
    expect(trouble.exit).toBe(2)
    expect(trouble.message).toContain('paste.txt')
    expect(`${trouble.message}${trouble.hint}`).not.toContain('\n')
  })

  test('refuses more than 64 MB, and says how to cut it', () => {
    const trouble = troubleOf(new Uint8Array(textBytesMax + 1).fill(0x61))
    expect(trouble.code).toBe('text-too-large')
    expect(trouble.message).toBe('paste.txt has 65 MB; the limit is 64 MB')
    expect(trouble.hint).toContain('tail -c 20M paste.txt')
    expect(trouble.hint).toContain('grep -iE "calico|bird|felix|kubelet"')
  })

  test('takes exactly 64 MB', () => {
    expect(decodeText('paste.txt', new Uint8Array(textBytesMax).fill(0x61)).text.length).toBe(textBytesMax)
  })

  test('takes what PowerShell writes: UTF-16 with its mark', () => {
    const text = '\ufeffName: k8s-worker-03'
    const utf16 = new Uint8Array(Buffer.from(text, 'utf16le'))
    expect(decodeText('paste.txt', utf16).text).toBe('Name: k8s-worker-03')
  })

  test('bytes that come in any pieces are the same text', () => {
    const text = 'one – two\nplain\n\nüber\nno end €'
    const all = bytes(text)
    for (let size = 1; size < 9; size++) {
      const decoder = textDecoder('paste.txt')
      const buffer = new Uint8Array(size)
      for (let at = 0; at < all.length; at += size) {
        const piece = all.subarray(at, at + size)
        buffer.set(piece)
        decoder.push(buffer.subarray(0, piece.length)) // which it must not keep
      }
      const { blocks, text: decoded } = decoder.end()
      expect(decoded).toBe(text)
      expect(blocks?.slice(0, -1).every((block) => block.endsWith('\n'))).toBe(true)
    }
  })

  test('a letter that is cut off at the end is no UTF-8', () => {
    expect(troubleOf(bytes('a\n€').subarray(0, 4)).code).toBe('text-not-utf8')
  })
})
