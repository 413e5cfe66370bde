/** PATCH in its four forms: staging:apiserver/pkg/endpoints/handlers/patch.go. */
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import { jsonPatch } from '#lab/api/patch/json.ts'
import { mergePatch } from '#lab/api/patch/merge.ts'
import { strategicPatch } from '#lab/api/patch/strategic.ts'
import type { PatchType } from '#lab/api/ports.ts'
import { badRequest, notFound, unsupportedMediaType } from '#lab/api/status.ts'
import type { Stored } from '#lab/api/store.ts'
import { presented } from '#lab/api/types/event-view.ts'
import { acceptedPatch, undecoded } from '#lab/api/verbs/accepted.ts'
import { applyObject } from '#lab/api/verbs/apply.ts'
import { type ApiState, type Caller, current, type Target } from '#lab/api/verbs/state.ts'
import { updateObject } from '#lab/api/verbs/update.ts'

export interface Patch extends Target {
  readonly subresource?: string | undefined
  readonly type: PatchType
  readonly patch: unknown
  /** Apply only: takes fields away from whoever owns them. */
  readonly force?: boolean
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
  const old = current(state, patch)
  if (patch.type === 'apply') return applyObject(state, patch, old, caller)
  if (old === undefined) throw notFound(def, patch.name)
  const shown = patchesOwners(patch) ? state.ledger.shown(old) : old
  const before = presented(def, shown)
  const body = patched(before, patch)
  if (body === before) return { object: before, created: false }
  // A patch is made against the version that is there: without a resourceVersion of its own it has no precondition.
  const read = isObject(body) ? acceptedPatch(state, patch, body, caller) : body
  return updateObject(state, { ...patch, body: read }, undecoded(caller))
}

/** Whether the patch may look at metadata.managedFields, which are worked out for it then. */
const patchesOwners = ({ type, patch }: Patch): boolean =>
  type === 'json'
    ? asList(patch).some((each) => String(asObject(each).path).startsWith('/metadata/managedFields'))
    : asObject(asObject(patch).metadata).managedFields !== undefined

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
