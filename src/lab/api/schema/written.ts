/**
 * An object as Go's encoder writes its type: a struct that is no pointer stands there even when it is empty (`status: {}`), a time
 * that is no pointer as null (`creationTimestamp: null` of a template, `lastProbeTime: null`), and what `omitempty` does not excuse
 * as its zero. encoding/json, over the types.go files of Kubernetes.
 *
 * Not imitated: the few fields that are marked optional and yet written when they are empty (`reportingInstance: ""`).
 */
import { isObject, type JsonObject } from '#lab/api/json.ts'
import type { Field, Schema, Struct } from '#lab/api/schema/schema.ts'

const known = new WeakMap<object, JsonObject>()

/** The object itself when nothing is missing. `minor`: of the server that writes it. */
export function written(schema: Struct, object: JsonObject, minor: number): JsonObject {
  let text = known.get(object)
  if (text === undefined) {
    text = Object.freeze(struct(object, schema, minor))
    if (Object.isFrozen(object)) known.set(object, text)
  }
  return text
}

function struct(object: JsonObject, schema: Struct, minor: number): JsonObject {
  let result: Record<string, unknown> | undefined
  for (const [key, field] of schema.fields) {
    const value = object[key]
    const next = value === undefined ? absent(key, field, minor) : within(value, field.schema, minor)
    if (next === value) continue
    result ??= { ...object }
    result[key] = next
  }
  return result ?? object
}

/** What stands for a field that has no value; `undefined`: nothing. */
function absent(key: string, { schema, pointer, required }: Field, minor: number): unknown {
  if (pointer) return required ? null : undefined
  if (schema.kind === 'struct') return struct({}, schema, minor)
  if (schema.kind === 'scalar' && isTime(schema.format))
    // staging:apimachinery/pkg/apis/meta/v1/types.go of 1.34 says `omitzero`
    return key === 'creationTimestamp' && minor >= 34 ? undefined : null
  if (schema.kind === 'scalar' && schema.format === 'quantity') return '0'
  return required ? zero(schema) : undefined
}

const isTime = (format: string | undefined): boolean => format === 'date-time' || format === 'micro-time'

function zero(schema: Schema): unknown {
  if (schema.kind !== 'scalar') return null
  if (schema.type === 'boolean') return false
  return schema.type === 'string' ? '' : 0
}

function within(value: unknown, schema: Schema, minor: number): unknown {
  if (schema.kind === 'struct') return isObject(value) ? struct(value, schema, minor) : value
  if (schema.kind !== 'list' || schema.items.kind !== 'struct' || !Array.isArray(value)) return value
  const next = value.map((item) => within(item, schema.items, minor))
  return next.every((item, index) => item === value[index]) ? value : next
}
