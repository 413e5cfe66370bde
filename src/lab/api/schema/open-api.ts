/** Types as OpenAPI tells them: staging:kube-openapi's generated definitions, without their descriptions. */
import type { JsonObject } from '#lab/api/json.ts'
import type { Field, ListOf, Scalar, Schema, Struct } from '#lab/api/schema/schema.ts'

/** How a document refers to a definition: `#/definitions/` in v2, `#/components/schemas/` in v3. */
export interface Dialect {
  readonly prefix: string
  /** Version 3 puts a reference into `allOf`, so that a default may stand beside it. */
  readonly wrapped: boolean
}

export const v2: Dialect = { prefix: '#/definitions/', wrapped: false }
export const v3: Dialect = { prefix: '#/components/schemas/', wrapped: true }

const packages: Readonly<Record<string, string>> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
}

/** `core/v1.Pod` as `io.k8s.api.core.v1.Pod`. */
export function definitionName(name: string): string {
  const [group = '', rest = ''] = name.split('/')
  return `${packages[group] ?? `io.k8s.api.${group}`}.${rest}`
}

/** The definitions that the structs lead to, by their names; `roots` themselves are among them. */
export function definitions(roots: readonly Struct[], dialect: Dialect): Record<string, JsonObject> {
  const found: Record<string, JsonObject> = {}
  const add = (struct: Struct): void => {
    const name = definitionName(struct.name ?? '')
    if (found[name] !== undefined) return
    found[name] = {} // so that a type that leads to itself ends
    found[name] = structSchema(struct, { dialect, add, found })
  }
  for (const root of roots) add(root)
  return found
}

interface Writing {
  readonly dialect: Dialect
  readonly add: (struct: Struct) => void
  readonly found: Record<string, JsonObject>
}

const usual: Readonly<Record<string, string>> = {
  apiVersion: 'The version of the API in which this object is written.',
  kind: 'What this object is.',
  metadata: 'The name of the object and what else every object has.',
  spec: 'What the object is meant to be.',
  status: 'What was last seen of it.',
}

function structSchema(struct: Struct, writing: Writing): JsonObject {
  const fields = [...struct.fields].sort(([a], [b]) => (a < b ? -1 : 1))
  const required = fields.filter(([, field]) => field.required).map(([name]) => name)
  const properties = fields.map(([name, field]) => [name, property(name, field, writing)])
  return {
    type: 'object',
    ...(fields.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(required.length === 0 ? {} : { required }),
    ...(struct.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  }
}

function property(name: string, { schema, patchKey, retainKeys }: Field, writing: Writing): JsonObject {
  const strategy = [...(patchKey === undefined ? [] : ['merge']), ...(retainKeys ? ['retainKeys'] : [])]
  const described = usual[name]
  return {
    ...(described === undefined ? {} : { description: described }),
    ...valueSchema(schema, writing),
    ...(patchKey === undefined || patchKey === '' ? {} : { 'x-kubernetes-patch-merge-key': patchKey }),
    ...(strategy.length === 0 ? {} : { 'x-kubernetes-patch-strategy': strategy.join(',') }),
  }
}

function valueSchema(schema: Schema, writing: Writing): JsonObject {
  switch (schema.kind) {
    case 'any':
      return schema.object ? { type: 'object' } : {}
    case 'scalar':
      return scalarSchema(schema, writing)
    case 'map':
      return {
        type: 'object',
        additionalProperties: valueSchema(schema.values, writing),
        ...(schema.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
      }
    case 'list':
      return listSchema(schema, writing)
    case 'struct':
      writing.add(schema)
      return reference(definitionName(schema.name ?? ''), writing.dialect)
  }
}

const listSchema = ({ items, merge, keys }: ListOf, writing: Writing): JsonObject => ({
  type: 'array',
  items: valueSchema(items, writing),
  ...(keys.length === 0 ? {} : { 'x-kubernetes-list-map-keys': keys }),
  'x-kubernetes-list-type': merge,
})

const reference = (name: string, { prefix, wrapped }: Dialect): JsonObject => {
  const ref = { $ref: `${prefix}${name}` }
  return wrapped ? { allOf: [ref] } : ref
}

/** Scalars that are definitions of their own. */
const named: Readonly<Record<string, readonly [string, JsonObject]>> = {
  quantity: ['io.k8s.apimachinery.pkg.api.resource.Quantity', { type: 'string' }],
  'date-time': ['io.k8s.apimachinery.pkg.apis.meta.v1.Time', { type: 'string', format: 'date-time' }],
  'micro-time': ['io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', { type: 'string', format: 'date-time' }],
}

const intOrString: readonly [string, JsonObject] = [
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  { type: 'string', format: 'int-or-string' },
]

function scalarSchema({ type, format }: Scalar, { dialect, found }: Writing): JsonObject {
  const own = type === 'int-or-string' ? intOrString : named[format ?? '']
  if (own === undefined) return { type, ...(format === undefined || format === 'duration' ? {} : { format }) }
  found[own[0]] = own[1]
  return reference(own[0], dialect)
}
