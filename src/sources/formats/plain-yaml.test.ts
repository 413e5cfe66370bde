import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { parsePlainYaml } from '#sources/formats/plain-yaml.ts'

describe('what programs print is read as a YAML parser reads it', () => {
  test.each([
    ['a mapping', 'a: 1\nb: x\n'],
    [
      'types',
      'i: 12\nf: 1.5\ne: 1e3\nh: 0x1f\nt: true\nn: null\nz: ~\nempty:\ns: 1.2.3\nv: "1"\nm: -3\np: +4\nd: .5',
    ],
    ['times and words stay texts', 'at: 2026-01-07T06:30:00Z\nw: no\nx: off\ny: -\n'.replace('y: -\n', '')],
    ['lists at the margin of their key', 'a:\n- 1\n- b: 2\n  c: 3\n- d\n'],
    ['lists that stand deeper', 'a:\n  - b: 2\n    c:\n      - x\n  - e\n'],
    ['lists in lists', 'a:\n- - 1\n  - 2\n- - 3\n'],
    ['empty ones', 'a: {}\nb: []\nc: ""\n'],
    ['quotation marks', `a: "x: y # z"\nb: 'it''s'\nc: "a\\nb\\\\"\n"d e": 1\n`],
    ['comments', '# head\na: 1 # one\n  # deeper\nb: x#y\n'],
    ['managed fields', 'f:metadata:\n  f:labels:\n    .: {}\n    k:{"type":"Ready"}:\n      .: {}\n'],
    ['a literal block', 'a: |\n  one\n    two\n\n  three\nb: |-\n  x\n'],
    ['folded words', 'message: Readiness probe failed and went on\n  over two lines\nreason: x\n'],
    ['a cut document', '  - type: Ready\n    status: "True"\n'],
    ['values with colons', 'image: quay.io/x/y:v1\naddr: 10.0.0.1:179\n'],
  ])('%s', (_, text) => {
    const plain = parsePlainYaml(text)
    expect(plain).toEqual({ value: parse(text, { uniqueKeys: false, strict: false, logLevel: 'silent' }) })
  })

  test.each([
    ['anchors', 'a: &x 1\nb: *x\n'],
    ['tags', 'a: !!str 1\n'],
    ['flow', 'a: {b: 1}\n'],
    ['several documents', 'a: 1\n---\nb: 2\n'],
    ['merge keys', 'a:\n  <<: 1\n'],
    ['a folded block', 'a: >\n  x\n  y\n'],
    ['tabs', 'a:\n\tb: 1\n'],
    ['a margin that does not fit', 'a: 1\n   b: 2\n'],
    ['a text', 'just words'],
    ['nothing', ''],
    ['a prototype', '__proto__: 1\n'],
  ])('leaves to others: %s', (_, text) => {
    expect(parsePlainYaml(text)).toBeUndefined()
  })

  test('any object, as the parser itself writes it', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4, withNullPrototype: false }), (value) => {
        const text = stringify(value, { lineWidth: 0 })
        const plain = parsePlainYaml(text)
        if (plain !== undefined) expect(plain.value).toEqual(parse(text))
      }),
      { numRuns: 300 },
    )
  })

  test('any lines of the marks of YAML: where it answers, it answers as the parser does', () => {
    const line = fc.array(
      fc.constantFrom(
        'a',
        'b',
        ': ',
        ':',
        '- ',
        '-',
        '  ',
        ' ',
        '"',
        "'",
        '#',
        ' #',
        '|',
        '1',
        'x y',
        '{}',
        '\n',
        '\n  ',
        '\n- ',
        '\\',
      ),
      { maxLength: 24 },
    )
    fc.assert(
      fc.property(line, (parts) => {
        const text = parts.join('')
        const plain = parsePlainYaml(text)
        if (plain === undefined) return
        let other: unknown
        try {
          other = parse(text, { uniqueKeys: false, logLevel: 'silent' })
        } catch {
          return // broken for the one, readable for the other
        }
        expect(plain.value).toEqual(other)
      }),
      { numRuns: 5000 },
    )
  })
})
