/**
 * Custom resources as expressions see them: staging:apiserver/pkg/cel/common/values.go, and schemas' types (…/schemas.go).
 *
 * Not imitated: lists that are sets or maps are compared in their order.
 */
import { celValue, duration } from '#lab/api/cel/cel.ts'
import { escaped } from '#lab/api/custom/field-names.ts'
import type { Rules } from '#lab/api/custom/rules.ts'
import { asObject, type JsonObject } from '#lab/api/json.ts'

/** `root`: the whole of a resource, of which apiVersion, kind and names are seen beside what its schema says. */
export function celValueOf(rules: Rules, value: unknown, root = rules.embedded): unknown {
  if (typeof value !== 'object' || value === null) return scalar(rules, value)
  if (rules.intOrString) return celValue(value)
  if (Array.isArray(value))
    return value.map((item) => (rules.items === undefined ? celValue(item) : celValueOf(rules.items, item)))
  const { properties, additional, open } = rules
  if (properties.size === 0 && !root)
    return typeof additional === 'object'
      ? entries(additional, value)
      : open || additional
        ? celValue(value)
        : {}
  return { ...(root ? identity(value as JsonObject) : {}), ...fields(rules, value as JsonObject, root) }
}

const entries = (of: Rules, value: object): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, item]) => [key, celValueOf(of, item)]))

/** What the schema does not name, no expression sees. */
function fields({ properties }: Rules, value: JsonObject, root: boolean): JsonObject {
  const seen: Record<string, unknown> = {}
  for (const [key, rules] of properties)
    if (value[key] !== undefined && !(root && key in identity({})))
      seen[escaped(key)] = celValueOf(rules, value[key])
  return seen
}

function identity({ apiVersion, kind, metadata }: JsonObject): JsonObject {
  const { name, generateName } = asObject(metadata)
  return {
    apiVersion: apiVersion ?? '',
    kind: kind ?? '',
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(generateName === undefined ? {} : { generateName }),
    },
  }
}

function scalar({ type, source, intOrString }: Rules, value: unknown): unknown {
  if (typeof value === 'number') return type === 'number' && !intOrString ? value : celValue(value)
  if (typeof value !== 'string' || type !== 'string') return value ?? null
  switch (source.format) {
    case 'byte':
      return new Uint8Array(Buffer.from(value, 'base64'))
    case 'date':
    case 'date-time':
      return new Date(value)
    case 'duration':
      return duration(value)
    default:
      return value
  }
}
