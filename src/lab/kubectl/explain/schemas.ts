/** One group and version of the server's OpenAPI (v3), and how its schemas are read: kubernetes/kubectl:pkg/explain/v2/funcs.go. */
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'

const prefix = '#/components/schemas/'

export class Schemas {
  readonly #named: JsonObject

  constructor(document: JsonObject) {
    this.#named = asObject(asObject(document['components'])['schemas'])
  }

  /** That of a kind; `undefined` where the document has none. */
  ofKind(o: {
    readonly group: string
    readonly version: string
    readonly kind: string
  }): JsonObject | undefined {
    return Object.values(this.#named)
      .map(asObject)
      .find((schema) =>
        asList(schema['x-kubernetes-group-version-kind'])
          .map(asObject)
          .some(({ group, version, kind }) => group === o.group && version === o.version && kind === o.kind),
      )
  }

  /** The name of what a schema refers to; empty where it stands for itself. */
  reference(schema: JsonObject): string {
    return (asText(schema['$ref']) ?? '').slice(prefix.length)
  }

  /** Where a field's values have their fields: behind references, in the items of a list, in the values of a map. */
  within(schema: JsonObject): { readonly schema: JsonObject; readonly names: readonly string[] } {
    const names: string[] = []
    let here = schema
    for (;;) {
      const name = this.reference(here)
      if (name !== '') names.push(name)
      const next = name === '' ? partOf(here) : asObject(this.#named[name])
      if (next === undefined) return { schema: here, names }
      here = next
    }
  }

  property(schema: JsonObject, name: string): JsonObject | undefined {
    const found = asObject(this.within(schema).schema['properties'])[name]
    return isObject(found) ? found : undefined
  }

  /** `string`, `[]EnvVar`, `map[string]Object`. */
  typeOf(schema: JsonObject): string {
    const items = itemsOf(schema)
    if (items !== undefined) return `[]${this.typeOf(items)}`
    const values = valuesOf(schema)
    if (values !== undefined) return `map[string]${this.typeOf(values)}`
    const wrapped = 'properties' in schema ? undefined : wrappedIn(schema)
    if (wrapped !== undefined) return this.typeOf(wrapped)
    const name = this.reference(schema)
    const { type } = name === '' ? schema : asObject(this.#named[name])
    if (type !== undefined && type !== 'object') return String(type)
    return name === '' ? 'Object' : name.slice(name.lastIndexOf('.') + 1)
  }

  /** What a schema says of itself, and behind it what its references and parts say. */
  descriptions(schema: JsonObject): readonly string[] {
    const own = asText(schema['description'])
    const name = this.reference(schema)
    const next = name === '' ? partOf(schema) : asObject(this.#named[name])
    return [...(own === undefined ? [] : [own]), ...(next === undefined ? [] : this.descriptions(next))]
  }
}

const itemsOf = ({ items }: JsonObject): JsonObject | undefined => (isObject(items) ? items : undefined)

const valuesOf = ({ additionalProperties }: JsonObject): JsonObject | undefined =>
  isObject(additionalProperties) ? additionalProperties : undefined

const wrappedIn = ({ allOf }: JsonObject): JsonObject | undefined => {
  const [only] = asList(allOf)
  return isObject(only) ? only : undefined
}

const partOf = (schema: JsonObject): JsonObject | undefined =>
  itemsOf(schema) ?? valuesOf(schema) ?? ('properties' in schema ? undefined : wrappedIn(schema))
