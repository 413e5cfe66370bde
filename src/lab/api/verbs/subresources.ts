/** POST to a part of an object: binding, eviction, token; and `/scale`. */
import { assert } from '#base/assert.ts'
import { rfc3339 } from '#base/clock.ts'
import { guard } from '#lab/api/admission/guard.ts'
import { asList, asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import type { LabelSelector } from '#lab/api/objects.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { badRequest, conflict, noSuchPath, notFound, Refusal, success } from '#lab/api/status.ts'
import type { Stored } from '#lab/api/store.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import { undecoded } from '#lab/api/verbs/accepted.ts'
import { commit } from '#lab/api/verbs/commit.ts'
import { deleteObject, deleteOptions } from '#lab/api/verbs/delete.ts'
import {
  type ApiState,
  attributesOf,
  type Caller,
  existing,
  keyOfTarget,
  type Target,
} from '#lab/api/verbs/state.ts'
import { requestToken } from '#lab/api/verbs/token-request.ts'
import { updateObject } from '#lab/api/verbs/update.ts'

/** Carries out a POST to a subresource; answers what the client is shown. */
export function postSubresource(
  state: ApiState,
  o: { readonly target: Target; readonly subresource: string; readonly body: unknown },
  caller: Caller,
): JsonObject {
  const { target, subresource } = o
  if (!target.def.subresources[subresource]?.verbs.includes('create')) throw noSuchPath()
  const body = asObject(o.body)
  admitPart(o, body, caller)
  guard(state, caller.user, { op: 'CREATE', ...target, subresource, next: body })
  switch (subresource) {
    case 'binding':
      return bind(state, target, body, caller)
    case 'eviction':
      return evict(state, target, body, caller)
    case 'token':
      return requestToken(state, target, body)
    default:
      throw noSuchPath()
  }
}

/** Webhooks hear of the subresource; that an eviction deletes the pod they are not told (pkg/registry/core/pod/storage/eviction.go). */
function admitPart(
  { target, subresource }: { readonly target: Target; readonly subresource: string },
  body: JsonObject,
  caller: Caller,
): void {
  const { admission } = caller
  if (admission === undefined) return
  const { def, name, namespace } = target
  const asked = attributesOf(caller, 'CREATE', { def, subresource, name, namespace, object: body })
  admission.mutate(asked, (object) => object)
  admission.validate(asked)
}

/** pkg/registry/core/pod/storage/storage.go (assignPod). */
function bind(state: ApiState, target: Target, body: JsonObject, caller: Caller): JsonObject {
  const node = asText(at(body, 'target.name'))
  if (node === undefined || node === '') throw badRequest('target.name: Required value')
  const pod = existing(state, target)
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict(
      target.def,
      target.name,
      `pod ${target.name} is being deleted, cannot be assigned to a host`,
    )
  const spec = asObject(pod.spec)
  if (spec.nodeName)
    throw conflict(
      target.def,
      target.name,
      `pod ${target.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`,
    )
  if (caller.dryRun) return { ...success(), code: 201 }
  const scheduled = {
    lastProbeTime: null,
    lastTransitionTime: rfc3339(state.now()),
    status: 'True',
    type: 'PodScheduled',
  }
  const next = {
    ...pod,
    spec: { ...spec, nodeName: node },
    status: { ...asObject(pod.status), conditions: withCondition(pod, scheduled) },
  }
  unmanaged(state, target.def, pod, next)
  return { ...success(), code: 201 }
}

function withCondition(pod: Stored, condition: JsonObject): readonly unknown[] {
  const conditions = asList(at(pod, 'status.conditions'))
  return [...conditions.filter((each) => asObject(each).type !== condition.type), condition]
}

const budgetText = "Cannot evict pod as it would violate the pod's disruption budget."

/** pkg/registry/core/pod/storage/eviction.go */
function evict(state: ApiState, target: Target, body: JsonObject, caller: Caller): JsonObject {
  const named = asText(at(body, 'metadata.name'))
  if (named !== undefined && named !== '' && named !== target.name)
    throw badRequest('name in URL does not match name in Eviction object')
  const pod = existing(state, target)
  const budgets = counts(pod) ? budgetsOf(state, pod) : []
  if (budgets.length > 1)
    throw new Refusal(
      500,
      'InternalError',
      'Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  const [budget] = budgets
  if (budget !== undefined) spend(state, budget, pod, caller)
  const options = deleteOptions(asObject(body.deleteOptions))
  if (!caller.dryRun) markDisrupted(state, pod)
  const { admission: _asked, ...direct } = caller
  deleteObject(state, target, options, direct)
  return { ...success(), code: 201 }
}

/** Pods that do not run or already go are evicted whatever a budget says. */
const counts = (pod: Stored): boolean =>
  pod.metadata.deletionTimestamp === undefined && at(pod, 'status.phase') === 'Running'

function budgetsOf(state: ApiState, { metadata }: Stored): readonly Stored[] {
  return state.store
    .list('policy/poddisruptionbudgets', { namespace: metadata.namespace ?? '' })
    .filter((budget) =>
      selectorTest(asObject(budget.spec).selector as LabelSelector | undefined)(metadata.labels),
    ) // of the PDB's schema
}

function spend(state: ApiState, budget: Stored, pod: Stored, caller: Caller): void {
  const status = asObject(budget.status)
  const healthy = Number(status.currentHealthy ?? 0)
  const desired = Number(status.desiredHealthy ?? 0)
  const refuse = (message: string, retryAfterSeconds?: number): Refusal =>
    new Refusal(429, 'TooManyRequests', budgetText, {
      causes: [{ reason: 'DisruptionBudget', message }],
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    })
  if (!isReady(pod)) {
    const always = asObject(budget.spec).unhealthyPodEvictionPolicy === 'AlwaysAllow'
    if (always || (healthy >= desired && desired > 0)) return
  }
  if (Number(status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0))
    throw refuse(`The disruption budget ${budget.metadata.name} is still being processed by the server.`, 10)
  const allowed = Number(status.disruptionsAllowed ?? 0)
  if (allowed <= 0)
    throw refuse(
      `The disruption budget ${budget.metadata.name} needs ${desired} healthy pods and has ${healthy} currently`,
    )
  if (caller.dryRun) return
  const disruptedPods = { ...asObject(status.disruptedPods), [pod.metadata.name]: rfc3339(state.now()) }
  unmanaged(state, state.registry.ofKind('policy/v1', 'PodDisruptionBudget'), budget, {
    ...budget,
    status: { ...status, disruptedPods, disruptionsAllowed: allowed - 1 },
  })
}

/** A write of the server itself, which changes nobody's fields. */
function unmanaged(state: ApiState, def: ResourceDef | undefined, was: Stored, object: Stored): void {
  assert(def !== undefined, `no type of ${was.kind} is served`)
  commit(state, { def, was, object, write: { kind: 'unmanaged' } }, { user: { username: '', groups: [] } })
}

const isReady = (pod: Stored): boolean =>
  asList(at(pod, 'status.conditions')).some((each) => {
    const { type, status } = asObject(each)
    return type === 'Ready' && status === 'True'
  })

function markDisrupted(state: ApiState, pod: Stored): void {
  const condition = {
    lastProbeTime: null,
    lastTransitionTime: rfc3339(state.now()),
    message: 'Eviction API: evicting',
    reason: 'EvictionByEvictionAPI',
    status: 'True',
    type: 'DisruptionTarget',
  }
  const status = { ...asObject(pod.status), conditions: withCondition(pod, condition) }
  unmanaged(state, state.registry.ofKind('v1', 'Pod'), pod, { ...pod, status })
}

/**
 * The Scale of an object. Throws NotFound in the words of the part that is asked for (`deployments/scale.apps "web" not found`,
 * pkg/registry/apps/deployment/storage/storage.go ScaleREST), and for who has none.
 */
export function readScale(state: ApiState, target: Target): JsonObject {
  const { def, name } = target
  if (def.subresources['scale'] === undefined) throw noSuchPath()
  const object = state.store.get(def.bucket, keyOfTarget(target))
  if (object === undefined)
    throw notFound({ group: def.group, resource: `${def.resource}${def.scalePaths ? '' : '/scale'}` }, name)
  return scaleOf(object, def)
}

/** The Scale of a workload, or of a custom resource by its definition's paths. */
export function scaleOf(object: Stored, { scalePaths }: ResourceDef): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const { spec, status, selector } = scalePaths ?? { spec: 'spec.replicas', status: 'status.replicas' }
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: Number(at(object, spec) ?? 0) },
    status: {
      replicas: Number(at(object, status) ?? 0),
      selector: scalePaths === undefined ? labelsText(object) : String(at(object, selector ?? '') ?? ''),
    },
  }
}

/** A ReplicationController's selector is nothing but labels. */
const labelsText = (object: Stored): string =>
  Object.entries(
    asObject(at(object, `spec.selector${object.kind === 'ReplicationController' ? '' : '.matchLabels'}`)),
  )
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')

/** Stores the replicas that a Scale asks for. */
export function writeScale(state: ApiState, target: Target, scale: unknown, caller: Caller): JsonObject {
  const object = existing(state, target)
  const replicas = Number(at(scale, 'spec.replicas') ?? 0)
  const version = asText(at(scale, 'metadata.resourceVersion'))
  const metadata = version === undefined ? object.metadata : { ...object.metadata, resourceVersion: version }
  const path = target.def.scalePaths?.spec ?? 'spec.replicas'
  const body = { ...withValue(object, path.split('.'), replicas), metadata }
  const scaled = { ...undecoded(caller), through: 'scale' }
  return scaleOf(updateObject(state, { ...target, body }, scaled).object, target.def)
}

function withValue(object: JsonObject, [key = '', ...rest]: readonly string[], value: unknown): JsonObject {
  return { ...object, [key]: rest.length === 0 ? value : withValue(asObject(object[key]), rest, value) }
}
