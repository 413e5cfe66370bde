/**
 * Kubernetes objects out of protocol buffers: staging:apimachinery/pkg/runtime/serializer/protobuf/protobuf.go. Every kind of the
 * table of types can be read, whether a client of today sends it so or not.
 */

import { rfc3339 } from '#base/clock.ts'
import { parsedJson } from '#base/json.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { bytesAt, numberAt, textOf, wireFields } from '#lab/api/protobuf/wire.ts'
import { type BuiltinStruct, BuiltinTypes } from '#lab/api/schema/builtin.ts'
import type { Field, Scalar, Schema } from '#lab/api/schema/schema.ts'
import { badRequest } from '#lab/api/status.ts'

const magic = [0x6b, 0x38, 0x73, 0x00]

/** Whatever its version; what this server's version does not know is dropped later, as it is out of JSON. */
const types = new BuiltinTypes(Number.POSITIVE_INFINITY)

/**
 * The object in an envelope (`k8s\0` and a runtime.Unknown). Empty texts and zeros of fields that JSON would omit are absent.
 * Throws BadRequest for what is no envelope, is cut off, or holds a kind without a table.
 */
export function decodeProtobuf(bytes: Uint8Array): JsonObject {
  if (!magic.every((byte, index) => bytes[index] === byte))
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  const unknown = wireFields(bytes.subarray(4))
  const typeMeta = wireFields(bytesAt(unknown, 1))
  const apiVersion = textOf(bytesAt(typeMeta, 1))
  const kind = textOf(bytesAt(typeMeta, 2))
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const struct = types.ofKind(group ?? '', version ?? '', kind)
  if (struct === undefined || !struct.fields.has('kind'))
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in protobuf`,
    )
  return { apiVersion, kind, ...message(struct, bytesAt(unknown, 2)) }
}

const numbered = new WeakMap<BuiltinStruct, ReadonlyMap<number, readonly [string, Field]>>()

function byNumber(struct: BuiltinStruct): ReadonlyMap<number, readonly [string, Field]> {
  let fields = numbered.get(struct)
  if (fields === undefined) {
    fields = new Map([...struct.own].map((entry) => [entry[1].number, entry]))
    numbered.set(struct, fields)
  }
  return fields
}

function message(struct: BuiltinStruct, bytes: Uint8Array): JsonObject {
  const fields = byNumber(struct)
  const result: Record<string, unknown> = {}
  for (const { number, value } of wireFields(bytes)) {
    const inlined = struct.inlined.find((each) => each.number === number)
    if (inlined !== undefined && value instanceof Uint8Array)
      Object.assign(result, message(inlined.struct, value))
    const [name, field] = fields.get(number) ?? []
    if (name === undefined || field === undefined) continue
    const read = fieldValue(value, field, result[name])
    if (read !== undefined) result[name] = read
  }
  return result
}

function fieldValue(
  value: number | Uint8Array,
  { schema, pointer, required }: Field,
  before: unknown,
): unknown {
  if (schema.kind === 'list') {
    const items = Array.isArray(before) ? (before as readonly unknown[]) : []
    return [...items, one(value, schema.items) ?? '']
  }
  if (schema.kind === 'map') {
    if (!(value instanceof Uint8Array)) return before
    const entry = wireFields(value)
    const content = numberAt(entry, 2) ?? bytesAt(entry, 2)
    const read = one(content, schema.values) ?? ''
    return { ...(before as JsonObject | undefined), [textOf(bytesAt(entry, 1))]: read } // written by this line
  }
  const read = one(value, schema)
  const empty = read === '' || read === 0 || read === false
  return empty && !pointer && !(required && read !== '') && !isIntOrString(schema) ? undefined : read
}

const isIntOrString = (schema: Schema): boolean => schema.kind === 'scalar' && schema.type === 'int-or-string'

function one(value: number | Uint8Array, schema: Schema): unknown {
  switch (schema.kind) {
    case 'scalar':
      return scalar(value, schema)
    case 'struct':
      // The table holds no other structs.
      return value instanceof Uint8Array ? message(schema as BuiltinStruct, value) : undefined
    case 'list': // a list inside a map is a message with its items under 1
      return value instanceof Uint8Array
        ? wireFields(value).map((item) => one(item.value, schema.items) ?? '')
        : undefined
    case 'any':
      return value instanceof Uint8Array ? raw(value) : undefined
    default:
      return undefined
  }
}

function scalar(value: number | Uint8Array, { type, format }: Scalar): unknown {
  if (type === 'boolean') return value === 1
  if (typeof value === 'number') return format === 'duration' ? undefined : value
  if (type === 'int-or-string') return intOrString(value)
  switch (format) {
    case 'byte':
      return Buffer.from(value).toString('base64')
    case 'quantity':
      return textOf(bytesAt(wireFields(value), 1))
    case 'date-time':
    case 'micro-time':
      return time(value)
    case 'duration':
      return `${(numberAt(wireFields(value), 1) ?? 0) / 1e9}s`
    default:
      return textOf(value)
  }
}

/** A Time without seconds is none: `creationTimestamp` arrives as an empty message. */
function time(bytes: Uint8Array): string | undefined {
  const seconds = numberAt(wireFields(bytes), 1)
  return seconds === undefined ? undefined : rfc3339(seconds * 1000)
}

function intOrString(bytes: Uint8Array): number | string {
  const fields = wireFields(bytes)
  return numberAt(fields, 1) === 1 ? textOf(bytesAt(fields, 3)) : (numberAt(fields, 2) ?? 0)
}

/** A RawExtension or a JSON value: JSON text under 1. */
const raw = (bytes: Uint8Array): unknown => parsedJson(textOf(bytesAt(wireFields(bytes), 1)))
