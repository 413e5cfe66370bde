/**
 * An object as Go's decoder would read it into its type and write it again: unknown fields are gone and told, empty values that JSON
 * omits are gone, a value of the wrong type is an error. sigs.k8s.io/json; staging:apimachinery/pkg/runtime/serializer/json/json.go.
 */
import { isObject, type JsonObject } from '#lab/api/json.ts'
import type { Field, ListOf, MapOf, Scalar, Schema, Struct } from '#lab/api/schema/schema.ts'

export interface Decoded {
  readonly value: JsonObject
  /** `spec.foo`, `spec.containers[0].imagee`, in the order in which they stand. */
  readonly unknown: readonly string[]
}

/** Throws {@link WrongType}. */
export function decode(schema: Struct, object: JsonObject): Decoded {
  const unknown: string[] = []
  const value = struct(object, schema, { path: '', plain: '', owner: goName(schema), unknown })
  return { value, unknown }
}

/** A value that its field's Go type cannot hold. */
export class WrongType extends Error {
  /** What the converter of patches says of it: staging:apimachinery/pkg/runtime/converter.go. */
  readonly converter: string
  /** What server-side apply says of it: structured-merge-diff/typed. */
  readonly typed: string

  constructor(message: string, o: { readonly converter?: string; readonly typed?: string } = {}) {
    super(message)
    this.converter = o.converter ?? message
    this.typed = o.typed ?? message
  }
}

interface Place {
  /** With indexes: what unknown fields are named by. */
  readonly path: string
  /** Without: what Go's type errors are named by. */
  readonly plain: string
  /** The struct that the value is a field of. */
  readonly owner: string
  readonly unknown: string[]
}

const goName = ({ name }: Struct): string => name?.slice(name.indexOf('.') + 1) ?? ''

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

function struct(object: JsonObject, schema: Struct, place: Place): JsonObject {
  let result: Record<string, unknown> | undefined
  const owner = goName(schema)
  for (const [key, value] of Object.entries(object)) {
    const field = schema.fields.get(key)
    const path = joined(place.path, key)
    if (field === undefined) {
      if (schema.open) continue
      place.unknown.push(path)
      result ??= { ...object }
      delete result[key]
      continue
    }
    const next = fieldValue(value, field, {
      ...place,
      path,
      plain: joined(place.plain, key),
      owner,
    })
    if (next === value && next !== undefined) continue
    result ??= { ...object }
    if (next === undefined) delete result[key]
    else result[key] = next
  }
  return result ?? object
}

/** `undefined` for what Go would not write again. */
function fieldValue(value: unknown, field: Field, place: Place): unknown {
  if (value === null) return keepsNull(field) ? null : undefined
  const next = within(value, field.schema, place)
  return isOmitted(next, field) ? undefined : next
}

/** A time that is no pointer is written as null: `creationTimestamp` of a template. */
const keepsNull = ({ schema, pointer }: Field): boolean =>
  schema.kind === 'any' || (schema.kind === 'scalar' && schema.format === 'date-time' && !pointer)

function isOmitted(value: unknown, { schema, required, pointer }: Field): boolean {
  if (required) return false
  if (schema.kind === 'list') return Array.isArray(value) && value.length === 0
  if (schema.kind === 'map') return isObject(value) && Object.keys(value).length === 0
  if (schema.kind !== 'scalar' || pointer) return false
  return (
    (value === '' && schema.format !== 'quantity') ||
    value === false ||
    (value === 0 && schema.type !== 'int-or-string')
  )
}

function within(value: unknown, schema: Schema, place: Place): unknown {
  switch (schema.kind) {
    case 'any':
      return value
    case 'scalar':
      return scalar(value, schema, place)
    case 'struct':
      if (!isObject(value)) throw wrong(value, `v1.${goName(schema)}`, place)
      return struct(value, schema, place)
    case 'map':
      if (!isObject(value)) throw wrong(value, goType(schema), place)
      return map(value, schema, place)
    case 'list':
      if (!Array.isArray(value)) throw wrong(value, goType(schema), place)
      return list(value, schema, place)
  }
}

function map(value: JsonObject, { values }: MapOf, place: Place): JsonObject {
  let result: Record<string, unknown> | undefined
  for (const [key, item] of Object.entries(value)) {
    // Go reads null into a map of texts as the empty one.
    const next = item === null ? '' : within(item, values, { ...place, path: joined(place.path, key) })
    if (next === item) continue
    result ??= { ...value }
    result[key] = next
  }
  return result ?? value
}

function list(value: readonly unknown[], { items }: ListOf, place: Place): readonly unknown[] {
  const next = value.map((item, index) =>
    item === null ? item : within(item, items, { ...place, path: `${place.path}[${index}]` }),
  )
  return next.every((item, index) => item === value[index]) ? value : next
}

function scalar(value: unknown, schema: Scalar, place: Place): unknown {
  switch (schema.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong(value, 'bool', place)
      return value
    case 'integer':
    case 'number':
      if (typeof value !== 'number' || (schema.type === 'integer' && !Number.isInteger(value)))
        throw wrong(value, goType(schema), place)
      return value
    case 'int-or-string':
      if (typeof value !== 'number' && typeof value !== 'string')
        throw wrong(value, 'intstr.IntOrString', place)
      return value
    case 'string':
      return text(value, schema, place)
  }
}

const quantity = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/

function text(value: unknown, { format }: Scalar, place: Place): string {
  if (format === 'quantity') {
    const written = typeof value === 'number' ? String(value) : value
    if (typeof written !== 'string') throw wrong(value, 'resource.Quantity', place)
    if (!quantity.test(written))
      throw new WrongType(
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      )
    return written
  }
  if (typeof value !== 'string') throw wrong(value, format === 'byte' ? '[]uint8' : 'string', place)
  const illegal = format === 'byte' ? illegalBase64(value) : undefined
  if (illegal !== undefined) throw new WrongType(`illegal base64 data at input byte ${illegal}`)
  if (format === 'date-time' && value !== '' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value))
    throw new WrongType(
      `parsing time "\\"${value}\\"" as "\\"2006-01-02T15:04:05Z07:00\\"": cannot parse "${value}\\"" as "2006"`,
    )
  return value
}

/** Where Go's decoder stops: at a character that does not belong there, or at the last four when they are not four. */
function illegalBase64(text: string): number | undefined {
  const at = text.search(/[^A-Za-z0-9+/=\r\n]|=(?=[^=\r\n])/)
  if (at !== -1) return at
  const left = text.replaceAll(/[\r\n]/g, '').length % 4
  return left === 0 ? undefined : text.length - left
}

function goType(schema: Schema): string {
  switch (schema.kind) {
    case 'list':
      return `[]${goType(schema.items)}`
    case 'map':
      return `map[string]${goType(schema.values)}`
    case 'struct':
      return `v1.${goName(schema)}`
    case 'any':
      return 'interface {}'
    case 'scalar':
      if (schema.type === 'integer') return schema.format ?? 'int64'
      if (schema.type === 'number') return 'float64'
      return schema.type === 'boolean' ? 'bool' : 'string'
  }
}

function wrong(value: unknown, type: string, { owner, plain, path }: Place): WrongType {
  const found = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value
  const shown =
    found === 'boolean'
      ? 'bool'
      : found === 'number' && !Number.isInteger(value)
        ? `number ${String(value)}`
        : found
  return new WrongType(
    `json: cannot unmarshal ${shown} into Go struct field ${owner}.${plain} of type ${type}`,
    { converter: converterText(value, type), typed: `.${path}: ${typedText(value, type)}` },
  )
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice'
  if (isObject(value)) return 'map'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

function converterText(value: unknown, type: string): string {
  if (type.startsWith('[]')) return `cannot restore slice from ${goKind(value)}`
  if (type.startsWith('map[')) return `cannot restore map from ${goKind(value)}`
  if (type.startsWith('v1.')) return `cannot restore struct from: ${goKind(value)}`
  return `unrecognized type: ${type}`
}

function typedText(value: unknown, type: string): string {
  const got = isObject(value) || Array.isArray(value) ? `&{${JSON.stringify(value)}}` : goKind(value)
  if (type.startsWith('[]')) return `expected list, got &{${String(value)}}`
  if (type.startsWith('map[') || type.startsWith('v1.')) return `expected map, got &{${String(value)}}`
  if (type === 'bool') return `expected boolean, got ${got}`
  return type === 'string'
    ? `expected string, got &{${String(value)}}`
    : `expected numeric (int or float), got ${got}`
}
