/** What `kubectl explain` shows: kubernetes/kubectl:pkg/explain/v2/templates/plaintext.tmpl. */
import { asList, asObject, asText, type JsonObject } from '#lab/api/json.ts'
import type { Schemas } from '#lab/kubectl/explain/schemas.ts'

const width = 76

/** Description and fields of the field at the end of `path`; `undefined` where there is no such field. */
export function page(
  schemas: Schemas,
  root: JsonObject,
  { path, recursive }: { readonly path: readonly string[]; readonly recursive: boolean },
): string | undefined {
  let schema = root
  for (const name of path) {
    const next = schemas.property(schema, name)
    if (next === undefined) return undefined
    schema = next
  }
  const last = path.at(-1)
  const described = schemas
    .descriptions(schema)
    .map((each) => `${each}\n`)
    .join('')
  const fields = recursive ? nested(schemas, schema, { level: 1, above: new Set() }) : listed(schemas, schema)
  return [
    last === undefined ? '' : field(last, { type: schemas.typeOf(schema), values: enumOf(schema) }),
    `DESCRIPTION:\n${described === '' ? '    <empty>' : indented(described, 4)}\n`,
    fields === '' ? '' : `FIELDS:\n${fields}`,
    '\n',
  ].join('')
}

function field(
  name: string,
  { type, values }: { readonly type: string; readonly values: readonly string[] },
): string {
  const shown = values.length === 0 ? '' : `ENUM:${values.map((value) => `\n    ${value}`).join('')}`
  return `FIELD: ${name} <${type}>\n${shown}\n\n`
}

/** Each field with its description. */
function listed(schemas: Schemas, schema: JsonObject): string {
  return fieldsOf(schemas, schema)
    .map(({ head, property }) => {
      const said = indented(asText(property['description']) ?? '<no description>', 4)
      return `${head(1)}${said}\n\n`
    })
    .join('')
}

/** The fields and theirs, without descriptions. What is inside itself is not opened again. */
function nested(
  schemas: Schemas,
  schema: JsonObject,
  { level, above }: { readonly level: number; readonly above: ReadonlySet<string> },
): string {
  return fieldsOf(schemas, schema)
    .map(({ head, property }) => {
      const { names } = schemas.within(property)
      const inside = names.some((name) => above.has(name))
        ? ''
        : nested(schemas, property, { level: level + 1, above: new Set([...above, ...names]) })
      return `${head(level)}${inside}`
    })
    .join('')
}

function fieldsOf(schemas: Schemas, of: JsonObject) {
  const { schema } = schemas.within(of)
  const required = asList(schema['required'])
  const properties = asObject(schema['properties'])
  return Object.keys(properties)
    .sort()
    .map((name) => {
      const property = asObject(properties[name])
      const head = (level: number): string => {
        const blanks = '  '.repeat(level)
        const values = enumOf(property)
        const first = values.slice(0, mostValues)
        const shown = [...first, ...(values.length > mostValues ? ['....'] : [])].join(', ')
        const line = `${blanks}${name}\t<${schemas.typeOf(property)}>${required.includes(name) ? ' -required-' : ''}\n`
        return values.length === 0 ? line : `${line}${blanks}enum: ${shown}\n`
      }
      return { property, head }
    })
}

const mostValues = 4

const enumOf = (schema: JsonObject): readonly string[] =>
  asList(schema['enum']).map((value) => (value === '' ? '""' : String(value)))

const indented = (text: string, by: number): string =>
  wrapped(text)
    .split('\n')
    .map((line) => `${' '.repeat(by)}${line}`)
    .join('\n')

/** Breaks lines at blanks, so that none is longer than {@link width} (mitchellh/go-wordwrap). */
const wrapped = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      const lines = ['']
      for (const [word, blanks, rest] of parts(line)) {
        const last = lines.at(-1) ?? ''
        if (last !== '' && last.length + word.length > width) lines.push(rest)
        else lines[lines.length - 1] = `${last}${blanks}${rest}`
      }
      return lines.join('\n')
    })
    .join('\n')

/** Each word as it stands, the blanks before it, and the word. */
const parts = (line: string): readonly (readonly [string, string, string])[] =>
  [...line.matchAll(/( *)([^ ]+)/g)].map(([all, blanks = '', word = '']) => [all, blanks, word])
