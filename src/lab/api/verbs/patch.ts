/** PATCH in its four forms: staging:apiserver/pkg/endpoints/handlers/patch.go. */
import { rfc3339 } from '#base/clock.ts'
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { jsonPatch } from '#lab/api/patch/json.ts'
import { fieldsOf } from '#lab/api/patch/managed-fields.ts'
import { mergePatch } from '#lab/api/patch/merge.ts'
import { strategicPatch } from '#lab/api/patch/strategic.ts'
import type { PatchType } from '#lab/api/ports.ts'
import { badRequest, invalid, notFound, Refusal, required, unsupportedMediaType } from '#lab/api/status.ts'
import type { Stored } from '#lab/api/store.ts'
import { presented } from '#lab/api/types/event-view.ts'
import { groupVersion } from '#lab/api/types/resource-def.ts'
import { acceptedPatch, undecoded } from '#lab/api/verbs/accepted.ts'
import { createObject } from '#lab/api/verbs/create.ts'
import { type ApiState, type Caller, keyOfTarget, type Target } from '#lab/api/verbs/state.ts'
import { updateObject } from '#lab/api/verbs/update.ts'

export interface Patch extends Target {
  readonly subresource?: string | undefined
  readonly type: PatchType
  readonly patch: unknown
}

export const patchMediaTypes = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const satisfies Readonly<Record<string, PatchType>>

/** Applies a patch to the present version; answers the object and whether it was created (apply only). */
export function patchObject(
  state: ApiState,
  patch: Patch,
  caller: Caller,
): { readonly object: Stored; readonly created: boolean } {
  const { def } = patch
  const old = state.store.get(def.bucket, keyOfTarget(patch))
  if (patch.type === 'apply') return applyObject(state, patch, old, caller)
  if (old === undefined) throw notFound(def, patch.name)
  const before = presented(def, old)
  const body = patched(before, patch)
  if (body === before) return { object: before, created: false }
  // A patch is made against the version that is there: without a resourceVersion of its own it has no precondition.
  const read = isObject(body) ? acceptedPatch(state, patch, body, caller) : body
  return updateObject(state, { ...patch, body: read }, undecoded(caller))
}

function patched(old: JsonObject, { def, type, patch }: Patch): unknown {
  switch (type) {
    case 'json':
      return jsonPatch(old, patch)
    case 'merge':
      if (!isObject(patch)) throw badRequest('json: cannot unmarshal the patch into a map')
      return mergePatch(old, patch)
    default:
      if (def.mergeRule === undefined)
        throw unsupportedMediaType(Object.keys(patchMediaTypes).filter((each) => !each.includes('strategic')))
      return strategicPatch(old, patch, def.mergeRule)
  }
}

/**
 * Server-side apply as a merge that remembers who applied which fields. Not imitated: conflicts between managers, and the
 * removal of fields that a manager no longer applies.
 */
function applyObject(
  state: ApiState,
  patch: Patch,
  old: Stored | undefined,
  caller: Caller,
): { readonly object: Stored; readonly created: boolean } {
  const { def, name } = patch
  const config = checkedConfig(patch, caller)
  if (old === undefined) {
    if (patch.subresource !== undefined) throw notFound(def, name)
    const draft = { ...config, metadata: { ...asObject(config.metadata), name } }
    const { admission: _later, ...direct } = caller
    const created = createObject(
      state,
      { def, namespace: patch.namespace, body: draft },
      { ...direct, dryRun: true },
    )
    const managed = remember(state, patch, created, config, caller)
    return { object: createObjectWith(state, patch, managed, caller), created: true }
  }
  const before = presented(def, old)
  const merged =
    def.mergeRule === undefined
      ? asObject(mergePatch(before, config))
      : strategicPatch(before, config, def.mergeRule)
  return updateObject(state, { ...patch, body: remember(state, patch, merged, config, caller) }, caller)
}

function createObjectWith(state: ApiState, patch: Patch, managed: JsonObject, caller: Caller): Stored {
  const created = createObject(state, { def: patch.def, namespace: patch.namespace, body: managed }, caller)
  if (caller.dryRun) return created
  const { managedFields } = asObject(managed.metadata)
  const body = { ...created, metadata: { ...created.metadata, managedFields } }
  const { admission: _asked, ...direct } = caller
  return updateObject(state, { ...patch, body }, direct).object
}

function checkedConfig({ def, name, patch }: Patch, { fieldManager }: Caller): JsonObject {
  if (!isObject(patch)) throw badRequest('error decoding YAML: the configuration is no object')
  if (fieldManager === undefined || fieldManager === '')
    throw new Refusal(
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
  if (asText(patch.apiVersion) !== groupVersion(def) || asText(patch.kind) !== def.kind)
    throw invalid(def, name, [required('kind', 'apiVersion and kind must be those of the resource')])
  if (asList(asObject(patch.metadata).managedFields).length > 0)
    throw badRequest('metadata.managedFields must be nil')
  return patch
}

function remember(
  state: ApiState,
  { def, subresource }: Patch,
  object: JsonObject,
  config: JsonObject,
  { fieldManager }: Caller,
): JsonObject {
  const metadata = asObject(object.metadata)
  const fieldsV1 = fieldsOf(config, def.mergeRule)
  const others = asList(metadata.managedFields)
    .map(asObject)
    .filter(
      (entry) =>
        entry.manager !== fieldManager || entry.operation !== 'Apply' || entry.subresource !== subresource,
    )
  const previous = asList(metadata.managedFields).find((entry) => !others.includes(asObject(entry)))
  const unchanged =
    previous !== undefined && JSON.stringify(asObject(previous).fieldsV1) === JSON.stringify(fieldsV1)
  const entry = unchanged
    ? previous
    : {
        apiVersion: groupVersion(def),
        fieldsType: 'FieldsV1',
        fieldsV1,
        manager: fieldManager,
        operation: 'Apply',
        ...(subresource === undefined ? {} : { subresource }),
        time: rfc3339(state.now()),
      }
  return { ...object, metadata: { ...metadata, managedFields: [...others, entry] } }
}
