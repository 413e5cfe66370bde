/** The schema of a custom resource, out of its definition's openAPIV3Schema: staging:apiextensions-apiserver/pkg/apiserver/schema. */
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { type BuiltinStruct, BuiltinTypes } from '#lab/api/schema/builtin.ts'
import { anything, type Field, type Schema, type Struct } from '#lab/api/schema/schema.ts'

const metadata = new BuiltinTypes(Number.POSITIVE_INFINITY)

/** The type of a custom resource's objects, with their apiVersion, kind and metadata. */
export function customStruct(schema: JsonObject): Struct {
  const own = structOf(schema)
  return { ...own, fields: new Map([...own.fields, ...objectFields()]) }
}

const text: Schema = { kind: 'scalar', type: 'string' }

const field = (schema: Schema): Field => ({
  schema,
  required: false,
  pointer: true,
  number: 0,
  patchKey: undefined,
  retainKeys: false,
})

const objectFields = (): readonly (readonly [string, Field])[] => [
  ['apiVersion', field(text)],
  ['kind', field(text)],
  ['metadata', field(metadata.struct('meta/v1.ObjectMeta') as BuiltinStruct)], // it is in the table
]

function structOf(schema: JsonObject): Struct {
  const fields = Object.entries(asObject(schema.properties)).map(
    ([name, value]) => [name, field(schemaOf(asObject(value)))] as const,
  )
  return {
    kind: 'struct',
    fields: new Map([
      ...fields,
      ...(schema['x-kubernetes-embedded-resource'] === true ? objectFields() : []),
    ]),
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    open: schema['x-kubernetes-preserve-unknown-fields'] === true,
  }
}

function schemaOf(schema: JsonObject): Schema {
  if (schema['x-kubernetes-int-or-string'] === true) return { kind: 'scalar', type: 'int-or-string' }
  const format = asText(schema.format)
  switch (schema.type) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { kind: 'scalar', type: schema.type, ...(format === undefined ? {} : { format }) }
    case 'array':
      return listOf(schema)
    case 'object':
      return objectOf(schema)
    default:
      return anything
  }
}

function listOf(schema: JsonObject): Schema {
  const type = schema['x-kubernetes-list-type']
  return {
    kind: 'list',
    items: schemaOf(asObject(schema.items)),
    merge: type === 'set' || type === 'map' ? type : 'atomic',
    keys: asList(schema['x-kubernetes-list-map-keys']).map(String),
  }
}

function objectOf(schema: JsonObject): Schema {
  const { properties, additionalProperties } = schema
  const atomic = schema['x-kubernetes-map-type'] === 'atomic'
  if (isObject(additionalProperties)) return { kind: 'map', values: schemaOf(additionalProperties), atomic }
  if (additionalProperties === true) return { kind: 'map', values: anything, atomic }
  if (properties === undefined && schema['x-kubernetes-preserve-unknown-fields'] === true) return anything
  return structOf(schema)
}
