import { expect, test } from 'vitest'
import { page } from '#lab/kubectl/explain/page.ts'
import { Schemas } from '#lab/kubectl/explain/schemas.ts'

const string = { type: 'string' }

// A type that leads to itself, and one of each kind of field.
const gear = {
  type: 'object',
  description: `${'long '.repeat(16)}end`,
  required: ['colour'],
  properties: {
    colour: { ...string, enum: ['a', 'b', 'c', 'd', 'e', ''] },
    teeth: {
      type: 'array',
      description: 'Teeth.',
      items: { type: 'object', description: 'One.', properties: { length: { type: 'integer' } } },
    },
    next: { allOf: [{ $ref: '#/components/schemas/io.example.Gear' }] },
    map: { type: 'object', additionalProperties: { type: 'array', items: string } },
    any: {},
  },
}
const schemas = new Schemas({ components: { schemas: { 'io.example.Gear': gear } } })
const shown = (path: readonly string[], recursive = false) => page(schemas, gear, { path, recursive })

// As kubectl 1.32.4 lays it out.
test('a type: its description in lines of 76 characters, each field with its type', () => {
  expect(shown([])).toBe(`DESCRIPTION:
    ${'long '.repeat(15).trimEnd()}
    long end
    
FIELDS:
  any\t<Object>
    <no description>

  colour\t<string> -required-
  enum: a, b, c, d, ....
    <no description>

  map\t<map[string][]string>
    <no description>

  next\t<Gear>
    <no description>

  teeth\t<[]Object>
    Teeth.


`)
})

test('a field says what it is, and what its items are', () => {
  expect(shown(['teeth'])).toContain(
    'FIELD: teeth <[]Object>\n\n\nDESCRIPTION:\n    Teeth.\n    One.\n    \nFIELDS:\n  length',
  )
  expect(shown(['colour'])).toContain(
    'ENUM:\n    a\n    b\n    c\n    d\n    e\n    ""\n\nDESCRIPTION:\n    <empty>\n',
  )
  expect(shown(['teeth', 'nope'])).toBeUndefined()
})

test('what leads to itself is opened once', () => {
  expect(shown(['next'], true)?.match(/colour/g)).toHaveLength(2)
})
