/** PUT, and what every PATCH ends in: staging:apiserver/pkg/registry/rest/update.go, generic/registry/store.go. */
import { admitChange } from '#lab/api/admission/admit.ts'
import { withDefaults } from '#lab/api/admission/defaults.ts'
import { guard } from '#lab/api/admission/guard.ts'
import { warnOfPresentPods } from '#lab/api/admission/pod-security.ts'
import { validateChange } from '#lab/api/admission/validate.ts'
import { asObject, asText, type JsonObject, share } from '#lab/api/json.ts'
import type { ObjectMeta } from '#lab/api/objects.ts'
import {
  badRequest,
  conflict,
  forbiddenField,
  invalid,
  invalidValue,
  modified,
  notFound,
} from '#lab/api/status.ts'
import type { Stored } from '#lab/api/store.ts'
import { internal, presented } from '#lab/api/types/event-view.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import { accepted, undecoded } from '#lab/api/verbs/accepted.ts'
import { changesOwners, commit, updateBy } from '#lab/api/verbs/commit.ts'
import { checkedBody, createObject } from '#lab/api/verbs/create.ts'
import {
  type ApiState,
  attributesOf,
  type Caller,
  current,
  keyOfTarget,
  stored,
  type Target,
} from '#lab/api/verbs/state.ts'

export interface Update extends Target {
  /** `status`, or another part whose writes leave the rest alone. */
  readonly subresource?: string | undefined
  readonly body: unknown
}

/** Replaces an object; answers it and whether it was created. A change of nothing is not stored. */
export function updateObject(
  state: ApiState,
  update: Update,
  caller: Caller,
): { readonly object: Stored; readonly created: boolean } {
  const { def, name } = update
  const old = current(state, update)
  const body = accepted(state, def, checkedBody(def, update.body), caller)
  const sentName = asText(asObject(body.metadata).name)
  if (sentName !== undefined && sentName !== '' && sentName !== name)
    throw badRequest(`the name of the object (${sentName}) does not match the name on the URL (${name})`)
  if (old === undefined) {
    if (!def.createOnUpdate || update.subresource !== undefined) throw notFound(def, name)
    const draft = { ...body, metadata: { ...asObject(body.metadata), name } }
    return {
      object: createObject(state, { def, namespace: update.namespace, body: draft }, undecoded(caller)),
      created: true,
    }
  }
  const object = writeOver(state, { ...update, body: internal(def, body) }, old, caller)
  return { object: presented(def, object), created: false }
}

/** Stores `body` over `old` as far as the subresource lets it. Throws Conflict when it was made from another version. */
export function writeOver(
  state: ApiState,
  update: Update & { readonly body: JsonObject },
  old: Stored,
  caller: Caller,
): Stored {
  const { def } = update
  checkVersion(update, old)
  const next = admittedVersion(update, old, share(old, nextVersion(state, update, old)), caller)
  const sent = asObject(update.body.metadata).managedFields
  const write = updateBy(state, { def, was: old, subresource: update.subresource, sent }, caller)
  if (next === old && !changesOwners(write)) return old
  const { namespace, name, subresource } = update
  validateChange(def, { old, next, subresource }, { minor: state.registry.minor, warn: caller.warn })
  guard(state, caller.user, { op: 'UPDATE', def, subresource, namespace, name, old, next })
  if (def.bucket === '/namespaces') warnOfPresentPods(state, { old, next }, caller)
  const final = counted(def, old, next)
  if (isGone(def, final) && !caller.dryRun)
    return state.store.remove(def.bucket, keyOfTarget(update), final) ?? final
  return commit(state, { def, was: old, object: final, write }, caller)
}

/** The new version as mutating webhooks leave it, when validating ones want it. They are asked about changes of nothing too. */
function admittedVersion(update: Update, old: Stored, next: Stored, caller: Caller): Stored {
  const { admission } = caller
  if (admission === undefined) return next
  const { def, subresource } = update
  const named = { def, subresource, namespace: old.metadata.namespace, name: old.metadata.name, old }
  const asked = attributesOf(caller, 'UPDATE', { ...named, object: next })
  const mutated = admission.mutate(asked, (object) => object)
  // Webhooks get the whole object but may change only what the request may.
  const final =
    mutated === undefined || mutated === next
      ? next
      : share(old, stored(def, mutated, { ...asObject(mutated.metadata), ...fixedMetadata(next) }))
  admission.validate({ ...asked, object: final })
  return final
}

/** What nobody changes of an object's metadata. */
function fixedMetadata({ metadata }: Stored): ObjectMeta {
  const { labels: _l, annotations: _a, ownerReferences: _o, finalizers: _f, ...fixed } = metadata
  return fixed
}

function checkVersion(
  { def, name, subresource, body }: Update & { readonly body: JsonObject },
  old: Stored,
): void {
  const { resourceVersion, uid } = asObject(body.metadata)
  if (typeof uid === 'string' && uid !== '' && uid !== old.metadata.uid)
    throw conflict(
      def,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
    )
  const unset = resourceVersion === undefined || resourceVersion === null || resourceVersion === ''
  if (!unset && resourceVersion !== old.metadata.resourceVersion) throw conflict(def, name, modified)
  if (unset && !def.unconditionalUpdate && subresource === undefined)
    throw invalid(def, name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')])
}

function nextVersion(state: ApiState, update: Update & { readonly body: JsonObject }, old: Stored): Stored {
  const { def, subresource, body } = update
  if (subresource === undefined) {
    const { status: _status, ...rest } = body
    const object =
      def.statusApart && old.status !== undefined
        ? { ...rest, status: old.status }
        : def.statusApart
          ? rest
          : body
    const next = stored(def, withDefaults(def, object), nextMetadata(def, old, body))
    return admitChange(state, def, { old, next }) as Stored // admission keeps metadata
  }
  if (subresource === 'status') {
    const metadata = def.columns === undefined ? nextMetadata(def, old, body) : old.metadata
    return { ...old, metadata, status: body.status }
  }
  if (subresource === 'approval')
    return { ...old, status: { ...asObject(old.status), conditions: asObject(body.status).conditions } }
  if (subresource === 'finalize') return { ...old, spec: body.spec }
  const ephemeralContainers = asObject(body.spec).ephemeralContainers
  const spec = { ...asObject(old.spec), ephemeralContainers }
  return { ...old, ...withDefaults(def, { spec }) } // pods/ephemeralcontainers
}

/** What a client may change of the metadata: labels, annotations, owners, finalizers. */
function nextMetadata(def: ResourceDef, old: Stored, body: JsonObject): ObjectMeta {
  const sent = asObject(body.metadata)
  const { labels, annotations, ownerReferences, finalizers } = sent
  const { labels: _l, annotations: _a, ownerReferences: _o, finalizers: _f, ...kept } = old.metadata
  checkFinalizers(def, old, finalizers)
  const next: Record<string, unknown> = kept // what was taken out of the old one is a value of its own
  if (isFilled(labels)) next.labels = labels
  if (isFilled(annotations)) next.annotations = annotations
  if (isFilled(ownerReferences)) next.ownerReferences = ownerReferences
  if (isFilled(finalizers)) next.finalizers = finalizers
  return kept
}

const isFilled = (value: unknown): boolean =>
  value !== undefined && value !== null && Object.keys(value).length > 0

function checkFinalizers(def: ResourceDef, old: Stored, finalizers: unknown): void {
  if (old.metadata.deletionTimestamp === undefined || !Array.isArray(finalizers)) return
  const added = finalizers.filter((each) => !(old.metadata.finalizers ?? []).includes(String(each)))
  if (added.length === 0) return
  const list = added.map((each) => JSON.stringify(each)).join(', ')
  throw invalid(def, old.metadata.name, [
    forbiddenField(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    ),
  ])
}

function counted(def: ResourceDef, old: Stored, next: Stored): Stored {
  if (!def.counted) return next
  const keys = new Set([...Object.keys(old), ...Object.keys(next)])
  keys.delete('metadata')
  keys.delete('status')
  if ([...keys].every((key) => old[key] === next[key])) return next
  return { ...next, metadata: { ...next.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}

/** Whether the last thing that kept a deleted object has just been taken away. */
function isGone(def: ResourceDef, { metadata, spec }: Stored): boolean {
  if (metadata.deletionTimestamp === undefined) return false
  if ((metadata.finalizers ?? []).length > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0) return false
  const finalizers = def.bucket === '/namespaces' ? asObject(spec).finalizers : undefined
  return !Array.isArray(finalizers) || finalizers.length === 0
}
