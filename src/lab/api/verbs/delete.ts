/** DELETE: staging:apiserver/pkg/registry/rest/delete.go, generic/registry/store.go; pkg/registry/core/pod/strategy.go. */

import { parseTime, rfc3339 } from '#base/clock.ts'
import { guard } from '#lab/api/admission/guard.ts'
import { asList, asObject, asText, at, type JsonObject, without } from '#lab/api/json.ts'
import type { ObjectMeta } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import { conflict, notFound, Refusal, success } from '#lab/api/status.ts'
import { keyOfObject, type Stored } from '#lab/api/store.ts'
import { presented } from '#lab/api/types/event-view.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import { commit } from '#lab/api/verbs/commit.ts'
import { type ApiState, attributesOf, type Caller, current, type Target } from '#lab/api/verbs/state.ts'

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly propagationPolicy?: string | undefined
}

/** DeleteOptions as a body or a query string brings them. */
export function deleteOptions(options: JsonObject): DeleteOptions {
  const grace = options.gracePeriodSeconds
  const preconditions = asObject(options.preconditions)
  const orphan = String(options.orphanDependents ?? '')
  return {
    gracePeriodSeconds: grace === undefined || grace === null || grace === '' ? undefined : Number(grace),
    uid: asText(preconditions.uid),
    resourceVersion: asText(preconditions.resourceVersion),
    propagationPolicy: asText(options.propagationPolicy) ?? (orphan === 'true' ? 'Orphan' : undefined),
  }
}

/** Deletes an object or begins to; answers what a client is shown (the object or a Status), and whether it is gone. */
export function deleteObject(
  state: ApiState,
  target: Target,
  options: DeleteOptions,
  caller: Caller,
): { readonly body: JsonObject; readonly gone: boolean } {
  const { def, name } = target
  const old = current(state, target)
  if (old === undefined) throw notFound(def, name)
  checkPreconditions(def, old, options)
  guard(state, caller.user, { op: 'DELETE', ...target, old })
  admitDeletion(target, old, caller)
  const finalizers = finalizersFor(old, options)
  const graceSeconds = graceFor(def, old, options)
  const waits = finalizers.length > 0 || graceSeconds > 0 || keepsNamespace(def, old)
  if (!waits) {
    const last = caller.dryRun ? old : remove(state, def, old)
    return { body: def.returnsDeleted ? presented(def, last) : removed(def, last), gone: true }
  }
  const next = marked(state, def, old, { finalizers, graceSeconds })
  const write = { kind: 'unmanaged' } as const
  const final = next === old ? next : commit(state, { def, was: old, object: next, write }, caller)
  return { body: presented(def, final), gone: false }
}

/** staging:apiserver/pkg/registry/rest/delete.go (AdmissionToValidateObjectDeleteFunc). */
function admitDeletion({ def, name, namespace }: Target, old: Stored, caller: Caller): void {
  const { admission } = caller
  if (admission === undefined) return
  const asked = attributesOf(caller, 'DELETE', { def, name, namespace, old })
  admission.mutate(asked, (object) => object)
  admission.validate(asked)
}

function remove(state: ApiState, def: ResourceDef, old: Stored): Stored {
  if (def.bucket === 'apiextensions.k8s.io/customresourcedefinitions') removeCustomObjects(state, old)
  return state.store.remove(def.bucket, keyOfObject(old)) ?? old
}

/** Custom objects go with their definition. */
function removeCustomObjects(state: ApiState, crd: Stored): void {
  const bucket = `${String(at(crd, 'spec.group'))}/${String(at(crd, 'spec.names.plural'))}`
  for (const object of state.store.list(bucket)) state.store.remove(bucket, keyOfObject(object))
  state.registry.remove(crd)
}

const removed = (def: ResourceDef, { metadata }: Stored): JsonObject =>
  success({
    name: metadata.name,
    ...(def.group === '' ? {} : { group: def.group }),
    kind: def.resource,
    uid: metadata.uid,
  })

function checkPreconditions(
  def: ResourceDef,
  { metadata }: Stored,
  { uid, resourceVersion }: DeleteOptions,
): void {
  const refuse = (what: string, asked: string, have: string): Refusal =>
    new Refusal(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${def.kind} ${JSON.stringify(metadata.name)}: the ${what} in the precondition (${asked}) does not match the ${what} in record (${have}). The object might have been deleted and then recreated`,
      { name: metadata.name, ...(def.group === '' ? {} : { group: def.group }), kind: def.kind },
    )
  if (uid !== undefined && uid !== metadata.uid) throw refuse('UID', uid, metadata.uid)
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw refuse('ResourceVersion', resourceVersion, metadata.resourceVersion)
}

function finalizersFor({ metadata }: Stored, { propagationPolicy }: DeleteOptions): readonly string[] {
  const own = (metadata.finalizers ?? []).filter((each) => each !== 'orphan' && each !== 'foregroundDeletion')
  if (propagationPolicy === 'Orphan') return [...own, 'orphan']
  if (propagationPolicy === 'Foreground') return [...own, 'foregroundDeletion']
  return propagationPolicy === undefined ? (metadata.finalizers ?? []) : own
}

/** Seconds that a pod still has; 0 for anything else, and for pods that nobody runs. */
function graceFor(def: ResourceDef, old: Stored, { gracePeriodSeconds }: DeleteOptions): number {
  if (def.bucket !== '/pods') return 0
  const spec = asObject(old.spec)
  if (!spec.nodeName || hasEnded(old)) return 0
  const current = old.metadata.deletionGracePeriodSeconds
  const asked = gracePeriodSeconds ?? current ?? Number(spec.terminationGracePeriodSeconds ?? 30)
  const grace = asked < 0 ? 1 : asked
  return current === undefined ? grace : Math.min(grace, current)
}

function keepsNamespace(def: ResourceDef, { metadata, spec }: Stored): boolean {
  if (def.bucket !== '/namespaces' || asList(asObject(spec).finalizers).length === 0) return false
  if (metadata.deletionTimestamp === undefined) return true
  throw conflict(
    def,
    metadata.name,
    'The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.',
  )
}

function marked(
  state: ApiState,
  def: ResourceDef,
  old: Stored,
  { finalizers, graceSeconds }: { readonly finalizers: readonly string[]; readonly graceSeconds: number },
): Stored {
  const { metadata } = old
  const again = metadata.deletionTimestamp !== undefined
  if (
    again &&
    metadata.deletionGracePeriodSeconds === graceSeconds &&
    finalizers.length === (metadata.finalizers ?? []).length
  )
    return old
  const startMs = again
    ? (parseTime(metadata.deletionTimestamp ?? '') ?? state.now()) -
      (metadata.deletionGracePeriodSeconds ?? 0) * 1000
    : state.now()
  const next: ObjectMeta = {
    ...without(metadata, 'finalizers'),
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(metadata.generation === undefined || again ? {} : { generation: metadata.generation + 1 }),
    deletionTimestamp: rfc3339(startMs + graceSeconds * 1000),
    deletionGracePeriodSeconds: graceSeconds,
  }
  const status =
    def.bucket === '/namespaces' ? { status: { ...asObject(old.status), phase: 'Terminating' } } : {}
  return { ...old, metadata: next, ...status }
}
