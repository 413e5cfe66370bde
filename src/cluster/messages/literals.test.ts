import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { literalIndex } from '#cluster/messages/literals.ts'

describe('literalIndex', () => {
  test.each<[string, readonly string[], readonly number[]]>([
    ['she sells', ['he', 'she', 'his', 'hers'], [0, 1]],
    ['USHERS', ['he', 'she', 'his', 'hers'], [0, 1, 3]],
    ['aaab', ['aab', 'b'], [0, 1]],
    ['nothing', ['bird'], []],
    ['', ['bird'], []],
    ['twice bird bird', ['bird', 'bird'], [0, 1]],
    ['Ünicode bird', ['bird'], [0]],
  ])('%s', (text, literals, found) => {
    expect(literalIndex(literals).find(text)).toEqual(found)
  })

  test('finds what a search for each literal finds', () => {
    const letters = fc.constantFrom('a', 'b', 'A', '-', 'é')
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom('a', 'b', '-'), { minLength: 1, maxLength: 4 }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.array(letters, { maxLength: 40 }),
        (parts, text) => {
          const literals = parts.map((part) => part.join(''))
          const whole = text.join('')
          const expected = literals.flatMap((literal, index) =>
            whole.toLowerCase().includes(literal) ? [index] : [],
          )
          expect(literalIndex(literals).find(whole)).toEqual(expected)
        },
      ),
    )
  })
})
