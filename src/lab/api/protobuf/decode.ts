/** Kubernetes objects out of protocol buffers: staging:apimachinery/pkg/runtime/serializer/protobuf/protobuf.go. */
import { rfc3339 } from '#base/clock.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { messages, topLevel } from '#lab/api/protobuf/messages.ts'
import { badRequest } from '#lab/api/status.ts'

const magic = [0x6b, 0x38, 0x73, 0x00]

/**
 * The object in an envelope (`k8s\0` and a runtime.Unknown). Empty texts and zeros of fields that JSON would omit are absent.
 * Throws BadRequest for what is no envelope, is cut off, or holds a kind without a table.
 */
export function decodeProtobuf(bytes: Uint8Array): JsonObject {
  if (!magic.every((byte, index) => bytes[index] === byte))
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  const unknown = fieldsOf(bytes.subarray(4))
  const typeMeta = fieldsOf(bytesAt(unknown, 1))
  const apiVersion = textOf(bytesAt(typeMeta, 1))
  const kind = textOf(bytesAt(typeMeta, 2))
  if (!topLevel[apiVersion]?.includes(kind))
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in protobuf`,
    )
  return { apiVersion, kind, ...message(kind, bytesAt(unknown, 2)) }
}

type Wire = readonly { readonly number: number; readonly value: number | Uint8Array }[]

function fieldsOf(bytes: Uint8Array): Wire {
  const fields: { number: number; value: number | Uint8Array }[] = []
  let at = 0
  const varint = (): number => {
    let result = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw badRequest('unexpected EOF')
      result += (byte & 127) * factor
      if (byte < 128) return result
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    if (tag % 8 === 0) fields.push({ number, value: varint() })
    else if (tag % 8 === 2) {
      const length = varint()
      if (at + length > bytes.length) throw badRequest('unexpected EOF')
      fields.push({ number, value: bytes.subarray(at, at + length) })
      at += length
    } else throw badRequest(`proto: illegal wireType ${tag % 8}`)
  }
  return fields
}

function bytesAt(fields: Wire, number: number): Uint8Array {
  const value = fields.find((field) => field.number === number)?.value
  return value instanceof Uint8Array ? value : new Uint8Array()
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

interface Field {
  readonly name: string
  readonly type: string
  readonly repeated: boolean
}

const tables = new Map<string, ReadonlyMap<number, Field>>()

function tableOf(name: string): ReadonlyMap<number, Field> {
  let table = tables.get(name)
  if (table === undefined) {
    const words = (messages[name] ?? '').split(' ')
    const fields = new Map<number, Field>()
    for (let i = 0; i + 1 < words.length; i += 2) {
      const [full = '', type = 'text'] = (words[i + 1] ?? '').split(':')
      fields.set(Number(words[i]), { name: full.replace('[]', ''), type, repeated: full.endsWith('[]') })
    }
    table = fields
    tables.set(name, table)
  }
  return table
}

function message(name: string, bytes: Uint8Array): JsonObject {
  const table = tableOf(name)
  const result: Record<string, unknown> = {}
  for (const { number, value } of fieldsOf(bytes)) {
    const field = table.get(number)
    if (field === undefined) continue
    if (field.type === 'map' || field.type === 'bytesmap' || field.type === 'quantities') {
      const map = (result[field.name] ?? {}) as Record<string, unknown> // written by the line below
      result[field.name] = { ...map, ...mapEntry(value, field.type) }
      continue
    }
    const decoded = scalar(value, field)
    if (decoded === undefined) continue
    if (field.name === '.') Object.assign(result, decoded)
    else if (field.repeated)
      result[field.name] = [...((result[field.name] ?? []) as unknown[]), decoded] // likewise
    else result[field.name] = decoded
  }
  return result
}

function mapEntry(value: number | Uint8Array, type: string): JsonObject {
  if (!(value instanceof Uint8Array)) return {}
  const entry = fieldsOf(value)
  const content = bytesAt(entry, 2)
  const key = textOf(bytesAt(entry, 1))
  if (type === 'bytesmap') return { [key]: Buffer.from(content).toString('base64') }
  return { [key]: textOf(type === 'quantities' ? bytesAt(fieldsOf(content), 1) : content) }
}

function scalar(value: number | Uint8Array, { type, repeated }: Field): unknown {
  switch (type) {
    case 'int':
      return value === 0 ? undefined : value
    case 'int?':
      return value
    case 'bool':
      return value === 1 ? true : undefined
    case 'bool?':
      return value === 1
  }
  if (!(value instanceof Uint8Array)) return undefined
  if (type === 'text') return value.length === 0 && !repeated ? undefined : textOf(value)
  if (type === 'Time') return time(value)
  if (type === 'IntOrString') return intOrString(value)
  return message(type, value)
}

/** A Time without seconds is none: `creationTimestamp` arrives as an empty message. */
function time(bytes: Uint8Array): string | undefined {
  const seconds = fieldsOf(bytes).find((field) => field.number === 1)?.value
  return typeof seconds === 'number' ? rfc3339(seconds * 1000) : undefined
}

function intOrString(bytes: Uint8Array): number | string {
  const fields = fieldsOf(bytes)
  const isText = fields.some(({ number, value }) => number === 1 && value === 1)
  if (isText) return textOf(bytesAt(fields, 3))
  const value = fields.find(({ number }) => number === 2)?.value
  return typeof value === 'number' ? value : 0
}
