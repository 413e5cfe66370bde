/** OpenAPI 2 as protocol buffers: google/gnostic-models:openapiv2/OpenAPIv2.proto. */
import { stringify } from 'yaml'
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import { ProtobufWriter } from '#lab/api/protobuf/writer.ts'

/** An openapi.v2.Document. */
export function v2Document(document: JsonObject): Uint8Array {
  const { title, version } = asObject(document.info)
  const info = new ProtobufWriter().field(1, String(title)).field(2, String(version))
  const paths = new ProtobufWriter()
  for (const [path, item] of Object.entries(asObject(document.paths)))
    paths.field(2, new ProtobufWriter().field(1, path).field(2, pathItem(asObject(item))))
  const definitions = new ProtobufWriter()
  for (const [name, schema] of Object.entries(asObject(document.definitions)))
    definitions.field(1, namedSchema(name, asObject(schema)))
  return new ProtobufWriter().field(1, '2.0').field(2, info).field(8, paths).field(9, definitions).finish()
}

function pathItem({ patch }: JsonObject): ProtobufWriter {
  const operation = asObject(patch)
  const writer = new ProtobufWriter().field(5, String(operation.operationId))
  for (const parameter of asList(operation.parameters)) writer.field(8, query(asObject(parameter)))
  extensions(writer, 13, operation)
  return new ProtobufWriter().field(8, writer)
}

function query({ name }: JsonObject): ProtobufWriter {
  const schema = new ProtobufWriter().field(2, 'query').field(4, String(name)).field(6, 'string')
  const nonBody = new ProtobufWriter().field(3, schema)
  return new ProtobufWriter().field(1, new ProtobufWriter().field(2, nonBody))
}

const namedSchema = (name: string, schema: JsonObject): ProtobufWriter =>
  new ProtobufWriter().field(1, name).field(2, schemaOf(schema))

function schemaOf(schema: JsonObject): ProtobufWriter {
  const writer = new ProtobufWriter()
  const text = (number: number, key: string): void => {
    if (typeof schema[key] === 'string') writer.field(number, schema[key])
  }
  text(1, '$ref')
  text(2, 'format')
  text(4, 'description')
  for (const name of asList(schema.required)) writer.field(19, String(name))
  if (isObject(schema.additionalProperties))
    writer.field(21, new ProtobufWriter().field(1, schemaOf(schema.additionalProperties)))
  if (typeof schema.type === 'string') writer.field(22, new ProtobufWriter().field(1, schema.type))
  if (isObject(schema.items)) writer.field(23, new ProtobufWriter().field(1, schemaOf(schema.items)))
  if (isObject(schema.properties)) {
    const properties = new ProtobufWriter()
    for (const [name, property] of Object.entries(schema.properties))
      properties.field(1, namedSchema(name, asObject(property)))
    writer.field(25, properties)
  }
  extensions(writer, 31, schema)
  return writer
}

/** `x-kubernetes-…` as NamedAny, whose value is YAML. */
function extensions(writer: ProtobufWriter, number: number, of: JsonObject): void {
  for (const [name, value] of Object.entries(of)) {
    if (!name.startsWith('x-')) continue
    const any = new ProtobufWriter().field(2, stringify(value))
    writer.field(number, new ProtobufWriter().field(1, name).field(2, any))
  }
}
