/**
 * OpenAPI as far as kubectl reads it: one PATCH operation per kind with the query parameters it looks for
 * (cli-runtime pkg/resource/query_param_verifier_v3.go), in v2 as protocol buffers and in v3 as JSON.
 *
 * Not imitated: schemas of fields. `kubectl explain` shows kinds and their five usual parts, not more.
 */
import { type ApiRequest, type Responder, sendJson } from '#lab/api/http/request.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { ProtobufWriter } from '#lab/api/protobuf/writer.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { groupVersion, type ResourceDef } from '#lab/api/types/resource-def.ts'

const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force']

/** Answers a path of OpenAPI; false when it is none. */
export function sendOpenApi(api: ApiServer, request: ApiRequest, path: string, to: Responder): boolean {
  if (path === '/openapi/v2') sendV2(api, request, to)
  else if (path === '/openapi/v3') sendV3Root(api, to)
  else if (path.startsWith('/openapi/v3/')) return sendV3(api, path.slice('/openapi/v3/'.length), to)
  else return false
  return true
}

const patchable = ({ state }: ApiServer): readonly ResourceDef[] =>
  state.registry.all().filter((def) => def.verbs.includes('patch'))

const pathOf = (def: ResourceDef): string => {
  const root = def.group === '' ? `/api/${def.version}` : `/apis/${def.group}/${def.version}`
  return `${root}${def.namespaced ? '/namespaces/{namespace}' : ''}/${def.resource}/{name}`
}

const operationId = ({ group, version, kind }: ResourceDef): string =>
  `patch${group.split('.').map(capital).join('') || 'Core'}${capital(version)}${kind}`

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

const documents = new WeakMap<ApiServer, { readonly version: number; readonly bytes: Uint8Array }>()

function sendV2(api: ApiServer, request: ApiRequest, to: Responder): void {
  const { accept = '' } = request.headers
  if (accept.includes('application/json') && !accept.includes('protobuf')) {
    const info = { title: 'Kubernetes', version: `v${api.kubernetesVersion}` }
    const paths = Object.fromEntries(patchable(api).map((def) => [pathOf(def), { patch: operation(def) }]))
    sendJson(to, 200, { swagger: '2.0', info, paths })
    return
  }
  const { registry } = api.state
  let kept = documents.get(api)
  if (kept?.version !== registry.version) {
    kept = { version: registry.version, bytes: v2Document(api) }
    documents.set(api, kept)
  }
  // The client's own name of the type has an @, which Go's MIME parser refuses in an answer.
  const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
  to.send(200, { 'content-type': type }, kept.bytes)
}

/** gnostic's openapi.v2.Document. */
function v2Document(api: ApiServer): Uint8Array {
  const info = new ProtobufWriter().field(1, 'Kubernetes').field(2, `v${api.kubernetesVersion}`)
  const paths = new ProtobufWriter()
  for (const def of patchable(api)) {
    const operation = new ProtobufWriter().field(5, operationId(def))
    for (const name of parameters) operation.field(8, v2Parameter(name))
    operation.field(13, v2Kind(def))
    const item = new ProtobufWriter().field(8, operation)
    paths.field(2, new ProtobufWriter().field(1, pathOf(def)).field(2, item))
  }
  return new ProtobufWriter().field(1, '2.0').field(2, info).field(8, paths).finish()
}

function v2Parameter(name: string): ProtobufWriter {
  const query = new ProtobufWriter().field(2, 'query').field(4, name).field(6, 'string')
  const nonBody = new ProtobufWriter().field(3, query)
  return new ProtobufWriter().field(1, new ProtobufWriter().field(2, nonBody))
}

function v2Kind({ group, kind, version }: ResourceDef): ProtobufWriter {
  const yaml = `group: ${JSON.stringify(group)}\nkind: ${kind}\nversion: ${version}\n`
  return new ProtobufWriter()
    .field(1, 'x-kubernetes-group-version-kind')
    .field(2, new ProtobufWriter().field(2, yaml))
}

const v3Name = (def: ResourceDef): string =>
  def.group === '' ? `api/${def.version}` : `apis/${groupVersion(def)}`

function sendV3Root(api: ApiServer, to: Responder): void {
  const hash = String(api.state.registry.version)
  const names = new Set(patchable(api).map(v3Name))
  const paths = [...names].map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }])
  sendJson(to, 200, { paths: Object.fromEntries(paths) })
}

function sendV3(api: ApiServer, name: string, to: Responder): boolean {
  const defs = patchable(api).filter((def) => v3Name(def) === name)
  if (defs.length === 0) return false
  const schemas = Object.fromEntries(defs.map((def) => [schemaName(def), schema(def)]))
  sendJson(to, 200, {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: `v${api.kubernetesVersion}` },
    paths: Object.fromEntries(
      defs.map((def) => [pathOf(def), { get: getOperation(def), patch: operation(def) }]),
    ),
    components: { schemas },
  })
  return true
}

const kindOf = ({ group, kind, version }: ResourceDef): JsonObject => ({ group, kind, version })

function operation(def: ResourceDef): JsonObject {
  return {
    operationId: operationId(def),
    parameters: parameters.map((name) => ({
      in: 'query',
      name,
      schema: { type: 'string', uniqueItems: true },
    })),
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': kindOf(def),
  }
}

const getOperation = (def: ResourceDef): JsonObject => ({
  operationId: operationId(def).replace(/^patch/, 'read'),
  responses: {
    200: {
      description: 'OK',
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName(def)}` } } },
    },
  },
  'x-kubernetes-action': 'get',
  'x-kubernetes-group-version-kind': kindOf(def),
})

const schemaName = ({ group, version, kind }: ResourceDef): string =>
  `io.k8s.api.${(group.split('.')[0] || 'core').toLowerCase()}.${version}.${kind}`

const objectSchema = (description: string): JsonObject => ({ description, type: 'object' })

const schema = (def: ResourceDef): JsonObject => ({
  description: `${def.kind} of ${groupVersion(def)}. The lab's server does not describe its fields.`,
  type: 'object',
  properties: {
    apiVersion: { description: 'The versioned schema of this representation of an object.', type: 'string' },
    kind: { description: 'The REST resource this object represents.', type: 'string' },
    metadata: objectSchema("Standard object's metadata."),
    spec: objectSchema('The desired state.'),
    status: objectSchema('The observed state.'),
  },
  'x-kubernetes-group-version-kind': [kindOf(def)],
})
