import { type Expression, expressionsOf } from '#lab/api/custom/expression.ts'
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'

/** A part of a structural schema, read once for the many values that are held against it. */
export interface Rules {
  /** For what is asked of few values. */
  readonly source: JsonObject
  readonly type: string | undefined
  readonly nullable: boolean
  readonly intOrString: boolean
  /** Unknown fields are kept. */
  readonly open: boolean
  /** An object with apiVersion, kind and metadata of its own. */
  readonly embedded: boolean
  readonly allowed: readonly unknown[]
  /** Whether bounds, patterns, formats or required fields are asked of a value itself. */
  readonly bounded: boolean
  /** Whether it is held against further schemas (anyOf and the like). */
  readonly combined: boolean
  readonly properties: ReadonlyMap<string, Rules>
  /** Of fields that are no properties; `true`: they are kept as they are. */
  readonly additional: Rules | true | undefined
  readonly items: Rules | undefined
  /** Whether there is a default in it or below. */
  readonly hasDefaults: boolean
  /** What expressions ask of a value itself. */
  readonly expressions: readonly Expression[]
  /** Whether there are expressions in it or below. */
  readonly hasExpressions: boolean
  /** Values that nobody can change any more, of which nothing is to be dropped, and with which nothing is wrong. */
  readonly whole: WeakSet<object>
  readonly valid: WeakSet<object>
}

/** Whether nobody can change a value, nor anything in it. */
export function isFrozenThrough(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isFrozenThrough)
}

const known = new WeakMap<JsonObject, Rules>()

export function rulesOf(schema: JsonObject): Rules {
  let rules = known.get(schema)
  if (rules === undefined) {
    rules = read(schema)
    known.set(schema, rules)
  }
  return rules
}

const bounds = [
  ...['minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum', 'multipleOf'],
  ...['minItems', 'maxItems', 'x-kubernetes-list-type', 'minProperties', 'maxProperties', 'required'],
]

function read(schema: JsonObject): Rules {
  const { additionalProperties } = schema
  const properties = new Map(
    Object.entries(asObject(schema.properties)).map(([key, inner]) => [key, rulesOf(asObject(inner))]),
  )
  const additional = isObject(additionalProperties)
    ? rulesOf(additionalProperties)
    : additionalProperties === undefined || additionalProperties === false
      ? undefined
      : true
  const items = isObject(schema.items) ? rulesOf(schema.items) : undefined
  const inner = [...properties.values(), ...(additional === true ? [] : [additional]), items]
  const expressions = expressionsOf(schema)
  return {
    source: schema,
    type: asText(schema.type),
    nullable: schema.nullable === true,
    intOrString: schema['x-kubernetes-int-or-string'] === true,
    open: schema['x-kubernetes-preserve-unknown-fields'] === true,
    embedded: schema['x-kubernetes-embedded-resource'] === true,
    allowed: asList(schema.enum),
    bounded: bounds.some((key) => schema[key] !== undefined),
    combined: ['anyOf', 'oneOf', 'allOf', 'not'].some((key) => schema[key] !== undefined),
    properties,
    additional,
    items,
    hasDefaults: schema.default !== undefined || inner.some((each) => each?.hasDefaults === true),
    expressions,
    hasExpressions: expressions.length > 0 || inner.some((each) => each?.hasExpressions === true),
    whole: new WeakSet(),
    valid: new WeakSet(),
  }
}
