/** POST of a new object: staging:apiserver/pkg/endpoints/handlers/create.go, registry/rest/create.go. */
import { rfc3339 } from '#base/clock.ts'
import { admitNamespace, admitNew } from '#lab/api/admission/admit.ts'
import { selectingJob } from '#lab/api/admission/batch.ts'
import { withDefaults } from '#lab/api/admission/defaults.ts'
import { guard } from '#lab/api/admission/guard.ts'
import { checkPodSecurity } from '#lab/api/admission/pod-security.ts'
import { chargeQuotas } from '#lab/api/admission/quota.ts'
import { constrained } from '#lab/api/admission/scc/choose.ts'
import { validateNew } from '#lab/api/admission/validate.ts'
import { asObject, asText, isObject, type JsonObject, without } from '#lab/api/json.ts'
import type { ObjectMeta } from '#lab/api/objects.ts'
import { alreadyExists, badRequest, invalid, required } from '#lab/api/status.ts'
import { keyOfObject, type Stored } from '#lab/api/store.ts'
import { internal, presented } from '#lab/api/types/event-view.ts'
import { groupVersion, type ResourceDef } from '#lab/api/types/resource-def.ts'
import { accepted } from '#lab/api/verbs/accepted.ts'
import { commit, updateBy } from '#lab/api/verbs/commit.ts'
import { type ApiState, attributesOf, type Caller, stored } from '#lab/api/verbs/state.ts'
import type { Attributes } from '#lab/api/webhooks/attributes.ts'

export interface Creation {
  readonly def: ResourceDef
  readonly namespace: string | undefined
  readonly body: unknown
}

/** Stores a new object and answers it; with `dryRun` answers what would be stored. */
export function createObject(state: ApiState, { def, namespace, body }: Creation, caller: Caller): Stored {
  const draft = internal(def, accepted(state, def, checkedBody(def, body), caller))
  const named = withMetadata(state, def, namespace, draft)
  const { name } = named.metadata
  if (def.namespaced) admitNamespace(state, def, { namespace: String(named.metadata.namespace), name })
  const completed = admitNew(state, def, withDefaults(def, named))
  const admitted = def.bucket === '/pods' ? constrained(state, completed, caller.user) : completed
  const asked = {
    def,
    namespace: named.metadata.namespace as string | undefined,
    name: String(draftName(draft)),
  } // withMetadata's
  const changed = mutated(state, { ...asked, object: admitted }, caller)
  const object = finished(def, changed, caller)
  validateNew(def, object, { minor: state.registry.minor, warn: caller.warn })
  const final = stored(def, object, object.metadata as ObjectMeta) // withMetadata made it complete
  caller.admission?.validate(
    attributesOf(caller, 'CREATE', { ...asked, name: final.metadata.name, object: presented(def, final) }),
  )
  const { namespace: space, name: finalName } = final.metadata
  guard(state, caller.user, { op: 'CREATE', def, namespace: space, name: finalName, next: final })
  if (def.bucket === '/pods') checkPodSecurity(state, final, caller)
  const key = keyOfObject(final)
  const present = state.store.get(def.bucket, key)
  if (present !== undefined)
    throw alreadyExists(def, final.metadata.name, {
      deleting: present.metadata.deletionTimestamp !== undefined,
    })
  if (def.namespaced) chargeQuotas(state, def, final, { dryRun: caller.dryRun ?? false })
  const write = updateBy(state, { def }, caller)
  return presented(def, commit(state, { def, was: undefined, object: final, write }, caller))
}

/** What depends on other objects' absence, or on who asks: pkg/registry/certificates/certificates/strategy.go. */
function finished(def: ResourceDef, object: JsonObject, { user }: Caller): JsonObject {
  if (def.bucket === 'batch/jobs') return selectingJob(object)
  if (def.bucket !== 'certificates.k8s.io/certificatesigningrequests') return object
  const { username, groups, uid } = user
  return {
    ...object,
    spec: { ...asObject(object.spec), username, groups, ...(uid === undefined ? {} : { uid }) },
  }
}

const draftName = (draft: JsonObject): string => asText(asObject(draft.metadata).name) ?? ''

/**
 * The new object as mutating webhooks leave it. They see it before it has a uid, a creation time and a generated name, as
 * staging:apiserver/pkg/registry/rest/create.go gives it those afterwards.
 */
function mutated(
  state: ApiState,
  asked: Pick<Attributes, 'def' | 'name' | 'namespace'> & { readonly object: JsonObject },
  caller: Caller,
): JsonObject {
  const { admission } = caller
  if (admission === undefined) return asked.object
  const { def, object } = asked
  const given = asObject(object.metadata)
  const shown = {
    apiVersion: groupVersion(def),
    kind: def.kind,
    ...without(object, 'apiVersion', 'kind'),
    metadata: {
      ...without(given, ...ownFields),
      ...(asked.name === '' ? {} : { name: asked.name }),
      creationTimestamp: null,
    },
  }
  const complete = (each: JsonObject): JsonObject => admitNew(state, def, withDefaults(def, each))
  const next = admission.mutate(attributesOf(caller, 'CREATE', { ...asked, object: shown }), complete)
  if (next === undefined || next === shown) return object
  const own = Object.fromEntries(ownFields.filter((key) => key in given).map((key) => [key, given[key]]))
  return { ...next, metadata: { ...without(asObject(next.metadata), ...ownFields), ...own } }
}

/** What the server itself gives a new object. */
const ownFields = ['uid', 'name', 'resourceVersion', 'generation', 'creationTimestamp']

/** A body that is an object of this type. Throws BadRequest. */
export function checkedBody(def: ResourceDef, body: unknown): JsonObject {
  if (!isObject(body)) throw badRequest('the request body is no object')
  const version = asText(body.apiVersion)
  const kind = asText(body.kind)
  const expected = groupVersion(def)
  if (version !== undefined && version !== '' && version !== expected)
    throw badRequest(
      `the API version in the data (${version}) does not match the expected API version (${expected})`,
    )
  if (kind !== undefined && kind !== '' && kind !== def.kind)
    throw badRequest(
      `${def.kind} in version ${JSON.stringify(def.version)} cannot be handled as a ${def.kind}: the kind in the data is ${kind}`,
    )
  return body
}

function withMetadata(
  state: ApiState,
  def: ResourceDef,
  namespace: string | undefined,
  draft: JsonObject,
): JsonObject & { readonly metadata: JsonObject & { readonly name: string } } {
  const sent = asObject(draft.metadata)
  const space = namespaceOf(def, namespace, asText(sent.namespace))
  const name = asText(sent.name) || generated(state, asText(sent.generateName))
  if (name === '') throw invalid(def, '', [required('metadata.name', 'name or generateName is required')])
  const metadata: Record<string, unknown> & { name: string } = { ...without(sent, ...notSent), name }
  if (space !== undefined) metadata.namespace = space
  metadata.uid = state.random.uuid()
  metadata.resourceVersion = ''
  if (def.counted) metadata.generation = 1
  metadata.creationTimestamp = rfc3339(state.now())
  const object = def.statusOnCreate ? draft : without(draft, 'status')
  const status = initialStatus[def.bucket]
  return status === undefined ? { ...object, metadata } : { ...status, ...object, metadata }
}

/** What a client may write, and no new object keeps. */
const notSent = [
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'generation',
] as const

/** Workloads start with a status, so that a reader of a fresh one finds numbers. */
const initialStatus: Readonly<Record<string, JsonObject>> = {
  'apps/daemonsets': {
    status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  },
  'apps/deployments': { status: {} },
  'apps/replicasets': { status: { replicas: 0 } },
  '/replicationcontrollers': { status: { replicas: 0 } },
}

function namespaceOf(
  def: ResourceDef,
  fromPath: string | undefined,
  sent: string | undefined,
): string | undefined {
  if (!def.namespaced) return undefined
  const inBody = sent === '' ? undefined : sent
  if (fromPath !== undefined && inBody !== undefined && fromPath !== inBody)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  const namespace = fromPath ?? inBody
  if (namespace === undefined) throw badRequest('an empty namespace may not be set during creation')
  return namespace
}

/** staging:apiserver/pkg/storage/names/generate.go */
const generated = (state: ApiState, base: string | undefined): string =>
  base === undefined || base === '' ? '' : `${base.slice(0, 58)}${state.random.text(5)}`
