/** The set of fields that a configuration names, as FieldsV1: staging:apimachinery/pkg/apis/meta/v1/types.go. */
import { isObject, type JsonObject } from '#lab/api/json.ts'
import type { MergeRule } from '#lab/api/patch/rules.ts'

const identity = new Set([
  'apiVersion',
  'kind',
  'name',
  'namespace',
  'resourceVersion',
  'uid',
  'creationTimestamp',
])

/** `{ 'f:spec': { 'f:replicas': {} } }`; items of lists that merge by key are `k:{"name":"x"}`. */
export function fieldsOf(config: JsonObject, rule: MergeRule = {}): JsonObject {
  const { metadata, ...rest } = config
  const body = Object.fromEntries(Object.entries(rest).filter(([key]) => !identity.has(key)))
  const meta = isObject(metadata)
    ? Object.fromEntries(Object.entries(metadata).filter(([key]) => !identity.has(key)))
    : {}
  return fields({ ...(Object.keys(meta).length === 0 ? {} : { metadata: meta }), ...body }, rule)
}

function fields(value: JsonObject, rule: MergeRule): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [`f:${key}`, within(item, rule.fields?.[key] ?? {})]),
  )
}

function within(value: unknown, rule: MergeRule): JsonObject {
  if (isObject(value)) return fields(value, rule)
  if (!Array.isArray(value)) return {}
  if (rule.set) return Object.fromEntries(value.map((item) => [`v:${JSON.stringify(item)}`, {}]))
  const { key } = rule
  if (key === undefined) return {}
  return Object.fromEntries(
    value
      .filter(isObject)
      .map((item) => [
        `k:${JSON.stringify({ [key]: item[key] })}`,
        { '.': {}, ...fields(item, { fields: rule.fields ?? {} }) },
      ]),
  )
}
