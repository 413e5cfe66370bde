/** A request to a resource with all that was read from it. */
import { formOf } from '#lab/api/http/accept.ts'
import type { Include, View } from '#lab/api/http/encode.ts'
import type { ApiRequest, Responder } from '#lab/api/http/request.ts'
import type { Route } from '#lab/api/http/route.ts'
import { asList, type JsonObject } from '#lab/api/json.ts'
import { duplicateFields } from '#lab/api/schema/duplicates.ts'
import { schemaOfDef } from '#lab/api/schema/of-def.ts'
import { written } from '#lab/api/schema/written.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { badRequest, noSuchPath, Refusal } from '#lab/api/status.ts'
import type { Stored } from '#lab/api/store.ts'
import type { Caller, Decoding, Target } from '#lab/api/verbs/state.ts'

export interface Asked {
  readonly api: ApiServer
  readonly request: ApiRequest
  readonly to: Responder
  readonly query: URLSearchParams
  readonly route: Route
  readonly caller: Caller
}

/** Who asks, and how: `dryRun`, `fieldManager` (default: the User-Agent up to its first slash). */
export function callerOf(request: ApiRequest, query: URLSearchParams, user: Caller['user']): Caller {
  const dryRun = query.getAll('dryRun')
  const wrong = dryRun.find((value) => value !== 'All' && value !== '')
  if (wrong !== undefined)
    throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(wrong)}: supported values: "All"`)
  const fieldManager = query.get('fieldManager') ?? request.headers['user-agent']?.split('/')[0] ?? ''
  return { user, fieldManager, dryRun: dryRun.includes('All'), decoding: decodingOf(request, query) }
}

/** `fieldValidation`, which is Warn unless it is given: staging:apiserver/pkg/endpoints/handlers/rest.go. */
function decodingOf(request: ApiRequest, query: URLSearchParams): Decoding {
  const asked = query.get('fieldValidation') || 'Warn'
  if (asked !== 'Ignore' && asked !== 'Warn' && asked !== 'Strict')
    throw new Refusal(
      422,
      'Invalid',
      `CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: ${JSON.stringify(asked)}: supported values: "Ignore", "Strict", "Warn"`,
      { group: 'meta.k8s.io', kind: 'CreateOptions' },
    )
  const json = typeof request.body === 'string' && /json|^$/.test(request.headers['content-type'] ?? '')
  const duplicates = json && asked !== 'Ignore' ? duplicateFields(String(request.body)) : []
  return { validation: asked, duplicates }
}

/** The object that the path names. */
export function targetOf({ route }: Asked): Target {
  if (route.name === undefined) throw noSuchPath()
  return { def: route.def, namespace: route.namespace, name: route.name }
}

/** What the answer shall look like. */
export function viewOf({ api, request, query, route }: Asked): View {
  const include = (query.get('includeObject') ?? 'Metadata') as Include // an unknown value shows metadata
  const { ledger, now, types, registry } = api.state
  const schema = route.def.schema === undefined ? schemaOfDef(types, route.def) : undefined
  return {
    def: route.def,
    form: formOf(request.headers.accept),
    include,
    nowMs: now(),
    shown: (object) => {
      const owned = ledger.shown(object)
      return schema === undefined ? owned : (written(schema, owned, registry.minor) as Stored)
    },
  }
}

/** The caller, with the dry run that DeleteOptions in a body may ask for. */
export const withDryRun = (caller: Caller, options: JsonObject): Caller =>
  asList(options.dryRun).includes('All') ? { ...caller, dryRun: true } : caller
