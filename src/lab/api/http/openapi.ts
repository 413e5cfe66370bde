/**
 * OpenAPI: one PATCH operation per kind with the query parameters that kubectl looks for (cli-runtime
 * pkg/resource/query_param_verifier_v3.go) and the fields of every kind, in v2 as protocol buffers and in v3 as JSON.
 *
 * Not imitated: the other operations, and descriptions of most fields.
 */
import { v2Document } from '#lab/api/http/openapi-v2.ts'
import { type ApiRequest, type Responder, sendJson } from '#lab/api/http/request.ts'
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import { schemaOfDef } from '#lab/api/schema/of-def.ts'
import { type Dialect, definitionName, definitions, v2, v3 } from '#lab/api/schema/open-api.ts'
import type { Struct } from '#lab/api/schema/schema.ts'
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

/** One entry per kind: types that share one (events of two groups) are kinds of their own. */
const pathOf = (def: ResourceDef): string => {
  const root = def.group === '' ? `/api/${def.version}` : `/apis/${def.group}/${def.version}`
  return `${root}${def.namespaced ? '/namespaces/{namespace}' : ''}/${def.resource}/{name}`
}

const operationId = ({ group, version, kind }: ResourceDef): string =>
  `patch${group.split('.').map(capital).join('') || 'Core'}${capital(version)}${kind}`

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

interface Kept {
  readonly version: number
  readonly bytes: Uint8Array
}

const documents = new WeakMap<ApiServer, Kept>()

function sendV2(api: ApiServer, request: ApiRequest, to: Responder): void {
  const { accept = '' } = request.headers
  if (accept.includes('application/json') && !accept.includes('protobuf')) {
    sendJson(to, 200, document2(api))
    return
  }
  const { version } = api.state.registry
  let kept = documents.get(api)
  if (kept?.version !== version) {
    kept = { version, bytes: v2Document(document2(api)) }
    documents.set(api, kept)
  }
  // The client's own name of the type has an @, which Go's MIME parser refuses in an answer.
  const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
  to.send(200, { 'content-type': type }, kept.bytes)
}

function document2(api: ApiServer): JsonObject {
  const defs = patchable(api)
  return {
    swagger: '2.0',
    info: info(api),
    paths: Object.fromEntries(defs.map((def) => [pathOf(def), { patch: operation(def) }])),
    definitions: schemas(api, defs, v2),
  }
}

const info = ({ kubernetesVersion }: ApiServer): JsonObject => ({
  title: 'Kubernetes',
  version: `v${kubernetesVersion}`,
})

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
  sendJson(to, 200, {
    openapi: '3.0.0',
    info: info(api),
    paths: Object.fromEntries(
      defs.map((def) => [pathOf(def), { get: getOperation(def), patch: operation(def) }]),
    ),
    components: { schemas: schemas(api, defs, v3) },
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
      content: { 'application/json': { schema: { $ref: `${v3.prefix}${schemaName(def)}` } } },
    },
  },
  'x-kubernetes-action': 'get',
  'x-kubernetes-group-version-kind': kindOf(def),
})

/** `io.k8s.api.core.v1.Pod`; a custom resource's begins with its group turned round: `org.projectcalico.crd.v1.IPPool`. */
function schemaName({ group, version, kind, schema }: ResourceDef): string {
  if (schema !== undefined) return [...group.split('.').reverse(), version, kind].join('.')
  return definitionName(`${group === '' ? 'core' : group.split('.')[0]}/${version}.${kind}`)
}

/** The definitions of the kinds and of all that they lead to. */
function schemas(api: ApiServer, defs: readonly ResourceDef[], dialect: Dialect): JsonObject {
  const { types } = api.state
  const roots: Struct[] = []
  for (const def of defs) {
    const struct = def.schema === undefined ? schemaOfDef(types, def) : types.struct('meta/v1.ObjectMeta')
    if (struct !== undefined) roots.push(struct)
  }
  const found = definitions(roots, dialect)
  for (const def of defs) {
    const name = schemaName(def)
    const schema = def.schema === undefined ? found[name] : customSchema(def.schema, dialect)
    found[name] = { ...(schema ?? { type: 'object' }), 'x-kubernetes-group-version-kind': [kindOf(def)] }
  }
  return found
}

function customSchema(schema: JsonObject, { prefix, wrapped }: Dialect): JsonObject {
  const ref = { $ref: `${prefix}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` }
  const properties = {
    apiVersion: { description: 'The version of the API in which this object is written.', type: 'string' },
    kind: { description: 'What this object is.', type: 'string' },
    ...asObject(wrapped ? schema.properties : forV2(schema.properties)),
    metadata: wrapped ? { allOf: [ref] } : ref,
  }
  return { ...schema, type: 'object', properties }
}

/**
 * Version 2 has no words for much of a structural schema; what it cannot say it leaves out, so that a client does not refuse
 * what the server takes: staging:apiextensions-apiserver/pkg/controller/openapi/v2/conversion.go.
 */
function forV2(value: unknown): unknown {
  if (Array.isArray(value)) return asList(value).map(forV2)
  if (!isObject(value)) return value
  if (value['x-kubernetes-int-or-string'] === true || value['x-kubernetes-preserve-unknown-fields'] === true)
    return { ...('description' in value ? { description: value.description } : {}) }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, forV2(item)]))
}
