/** PATCH of type apply: staging:apiserver/pkg/endpoints/handlers/patch.go (applyPatcher). */
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { type Application, appliedOwners, applyTo } from '#lab/api/managed/apply.ts'
import { managedFields } from '#lab/api/managed/managers.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { decode, WrongType } from '#lab/api/schema/decode.ts'
import { schemaOfDef } from '#lab/api/schema/of-def.ts'
import type { Struct } from '#lab/api/schema/schema.ts'
import { badRequest, notFound, Refusal } from '#lab/api/status.ts'
import type { Stored } from '#lab/api/store.ts'
import { presented } from '#lab/api/types/event-view.ts'
import { groupVersion } from '#lab/api/types/resource-def.ts'
import { undecoded } from '#lab/api/verbs/accepted.ts'
import { exceptionOf } from '#lab/api/verbs/commit.ts'
import { createObject } from '#lab/api/verbs/create.ts'
import type { Patch } from '#lab/api/verbs/patch.ts'
import type { ApiState, Caller } from '#lab/api/verbs/state.ts'
import { updateObject } from '#lab/api/verbs/update.ts'

/** Applies a configuration, creating the object where it is not there. Throws Conflict for fields that others own. */
export function applyObject(
  state: ApiState,
  patch: Patch,
  old: Stored | undefined,
  caller: Caller,
): { readonly object: Stored; readonly created: boolean } {
  const { def, name, namespace, subresource } = patch
  const application = applicationOf(state, patch, caller)
  const { config } = application
  if (old === undefined) {
    if (subresource !== undefined) throw notFound(def, name)
    if (asText(asObject(config.metadata).uid))
      throw new Refusal(
        409,
        'Conflict',
        `Operation cannot be fulfilled on ${def.resource} ${JSON.stringify(name)}: uid mismatch: the provided object specified uid ${String(asObject(config.metadata).uid)}, and no existing object was found`,
      )
    const body = { ...config, metadata: { ...asObject(config.metadata), name } }
    const owning = { ...undecoded(caller), owners: appliedOwners(application) }
    return { object: createObject(state, { def, namespace, body }, owning), created: true }
  }
  const live = presented(def, old)
  const before = state.ledger.owners(old)
  const { object, owners } = applyTo(live, before, application)
  const unchanged = deepEqual(object, live) && deepEqual(managedFields(owners), managedFields(before))
  if (unchanged) return { object: live, created: false }
  return updateObject(state, { ...patch, body: object }, { ...undecoded(caller), owners })
}

function applicationOf(state: ApiState, patch: Patch, caller: Caller): Application {
  const { def, subresource } = patch
  const sent = checkedConfig(patch, caller)
  const schema = schemaOfDef(state.types, def)
  if (schema === undefined) throw badRequest(`no type of ${def.kind} is known`)
  return {
    schema,
    config: def.schema === undefined ? typed(patch, schema, sent) : sent,
    by: {
      manager: caller.fieldManager ?? '',
      operation: 'Apply',
      apiVersion: groupVersion(def),
      subresource,
    },
    force: patch.force === true,
    except: exceptionOf(def, subresource),
    timeMs: state.now(),
  }
}

function typed({ def, name, namespace = '' }: Patch, schema: Struct, config: JsonObject): JsonObject {
  const refuse = (why: string): Refusal =>
    new Refusal(
      500,
      '',
      `failed to create typed patch object (${namespace}/${name}; ${def.group}/${def.version}, Kind=${def.kind}): ${why}`,
    )
  try {
    const { value, unknown } = decode(schema, config)
    const errors = unknown.map((path) => `.${path}: field not declared in schema`)
    if (errors.length === 1) throw refuse(errors[0] ?? '')
    if (errors.length > 1) throw refuse(`errors:\n${errors.map((each) => `  ${each}\n`).join('')}`)
    return value
  } catch (error) {
    throw error instanceof WrongType ? refuse(error.typed) : error
  }
}

const optionsRefusal = (): Refusal =>
  new Refusal(
    422,
    'Invalid',
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    {
      kind: 'PatchOptions',
      group: 'meta.k8s.io',
      causes: [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: is required for apply patch',
          field: 'fieldManager',
        },
      ],
    },
  )

function checkedConfig({ def, name, namespace, patch }: Patch, { fieldManager }: Caller): JsonObject {
  if (!isObject(patch)) throw badRequest('error decoding YAML: the configuration is no object')
  if (fieldManager === undefined || fieldManager === '') throw optionsRefusal()
  const sent = `${asText(patch.apiVersion) ?? ''}, Kind=${asText(patch.kind) ?? ''}`
  const expected = `${groupVersion(def)}, Kind=${def.kind}`
  if (sent !== expected)
    throw badRequest(`incorrect object type specified: got ${sent}, expected ${expected}`)
  const metadata = asObject(patch.metadata)
  if (asList(metadata.managedFields).length > 0) throw badRequest('metadata.managedFields must be nil')
  const named = asText(metadata.name) ?? name
  if (named !== name)
    throw badRequest(`the name of the object (${named}) does not match the name on the URL (${name})`)
  const space = asText(metadata.namespace) ?? namespace
  if (def.namespaced && space !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  return patch
}
