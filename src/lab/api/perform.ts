/** Carries out the requests of the lab's clients. Synchronous: what a request changes is changed when it returns. */
import { authorize } from '#lab/api/authorize.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { noSuchPath } from '#lab/api/status.ts'
import type { Follower } from '#lab/api/store/follower.ts'
import type { StoreChange, Stored } from '#lab/api/store.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import { createObject } from '#lab/api/verbs/create.ts'
import { deleteObject, deleteOptions } from '#lab/api/verbs/delete.ts'
import { patchObject } from '#lab/api/verbs/patch.ts'
import { getObject, type Listed, listObjects, watchObjects } from '#lab/api/verbs/read.ts'
import { createReview } from '#lab/api/verbs/reviews.ts'
import type { ApiState, Caller, Decoding, Identity, Target } from '#lab/api/verbs/state.ts'
import { postSubresource, readScale, writeScale } from '#lab/api/verbs/subresources.ts'
import { updateObject } from '#lab/api/verbs/update.ts'
import type { AdmissionChain } from '#lab/api/webhooks/attributes.ts'
import type { Credential, KubeRequest } from '#lab/api/wire.ts'

type Request = Exclude<KubeRequest, { readonly op: 'watch' }>

/** The answer to a request. Throws {@link Refusal}; breaks off where `admission` has to ask a webhook. */
export function perform(
  { state }: ApiServer,
  request: Request,
  user: Identity,
  admission?: AdmissionChain,
): unknown {
  const def = defOf(state, request)
  authorize(state, user, { ...request, verb: request.op === 'post' ? 'create' : request.op, def })
  const caller: Caller = {
    user,
    decoding: isWorkload(request) ? quiet : undefined,
    admission,
    fieldManager: 'fieldManager' in request ? request.fieldManager : undefined,
  }
  switch (request.op) {
    case 'get':
      if (request.subresource === 'scale') return readScale(state, targetOf(def, request))
      return getObject(state, targetOf(def, request))
    case 'list':
      return list(state, def, request)
    case 'create':
      if (def.review)
        return createReview(state, { def, namespace: request.namespace, body: request.body }, caller)
      return createObject(state, { def, namespace: request.namespace, body: request.body }, caller)
    case 'update':
      if (request.subresource === 'scale')
        return writeScale(state, targetOf(def, request), request.body, caller)
      return updateObject(state, { ...targetOf(def, request), ...part(request), body: request.body }, caller)
        .object
    case 'patch':
      return patch(state, def, request, caller)
    case 'delete':
      return deleteObject(state, targetOf(def, request), deleteOptions(request.options), caller).body
    case 'post':
      return postSubresource(state, { ...request, target: targetOf(def, request) }, caller)
  }
}

/** What a get by a token that was answered is answered again, as long as nothing but heartbeats is written; `undefined` from then on. */
export function gettingAgain(
  { state }: ApiServer,
  request: Extract<Request, { readonly op: 'get' }>,
  { token }: Credential,
): () => Stored | undefined {
  const { store } = state
  const { writes } = store
  const target = targetOf(defOf(state, request), request)
  const untilMs = token === undefined ? 0 : state.tokens.goodUntil(token)
  return () => (store.writes === writes && state.now() < untilMs ? getObject(state, target) : undefined)
}

/** With the state that it is of, for those who go on to watch it. */
function list(state: ApiState, def: ResourceDef, request: Extract<Request, { readonly op: 'list' }>): Listed {
  const listed = listObjects(state, { ...request, def })
  if (request.namespace || request.labelSelector || request.fieldSelector) return listed
  const snapshot = state.store.snapshot(def.bucket)
  return listed.items === snapshot.list() ? { ...listed, snapshot } : listed
}

/** Starts a watch; answers how to end it. Throws {@link Refusal}. */
export function performWatch(
  { state }: ApiServer,
  request: Extract<KubeRequest, { readonly op: 'watch' }>,
  o: {
    readonly user: Identity
    /** Nobody waits for its changes. */
    readonly unhurried?: boolean
    /** Also told how many watches a change of this type goes through. */
    readonly tell: (change: StoreChange, audience: number) => void
    /** Of who takes changes itself, when there are some. */
    readonly stir?: (by: Follower, audience: number) => void
  },
): () => void {
  const def = defOf(state, request)
  authorize(state, o.user, { ...request, verb: 'watch', def })
  const audience = (): number => state.store.audience(def.bucket)
  const { resourceVersion } = request
  const tell = (change: StoreChange): void => o.tell(change, audience())
  const stir = (by: Follower): void => o.stir?.(by, audience())
  const told = o.stir === undefined ? { tell } : { tell, stir }
  const { unhurried } = o
  return watchObjects(state, { ...request, def }, { resourceVersion, unhurried, ...told })
}

/**
 * Whether the body is read as an HTTP request's is: workloads that the lab's own programs and its plan write have empty values in them
 * (`readOnly: false`), which no server keeps; kept, they would count as a change when kubectl sends the same without them. Other
 * programs' bodies are as they have to be, and many.
 */
const isWorkload = (request: Request): boolean =>
  request.type.group === 'apps' &&
  (request.op === 'create' || (request.op === 'update' && request.subresource === undefined))

const quiet: Decoding = { validation: 'Ignore', duplicates: [] }

function patch(
  state: ApiState,
  def: ResourceDef,
  request: Extract<KubeRequest, { readonly op: 'patch' }>,
  caller: Caller,
): unknown {
  const target = targetOf(def, request)
  return patchObject(
    state,
    { ...target, ...part(request), type: request.patchType, patch: request.body },
    caller,
  ).object
}

const part = ({ subresource }: { readonly subresource?: string }): { readonly subresource?: string } =>
  subresource === undefined ? {} : { subresource }

function defOf({ registry }: ApiState, request: KubeRequest): ResourceDef {
  const def = registry.find(request.type)
  if (def === undefined) throw noSuchPath(askedWords(request))
  return def
}

/**
 * A path that nobody serves answers no Status, and client-go words the error itself, with what it asked for
 * (kubernetes/apimachinery:pkg/api/errors/errors.go, NewGenericServerResponse): `get tiers.crd.projectcalico.org default`.
 * Not imitated: libcalico's own spelling of its kinds (`Tiers.crd.projectcalico.org`).
 */
export function askedWords(request: KubeRequest): string {
  const { group, resource } = request.type
  const name = 'name' in request ? ` ${request.name}` : ''
  return `${httpVerbs[request.op] ?? 'get'} ${resource}${group === '' ? '' : `.${group}`}${name}`
}

const httpVerbs: { readonly [op in KubeRequest['op']]?: string } = {
  create: 'post',
  update: 'put',
  patch: 'patch',
  delete: 'delete',
  post: 'post',
}

const targetOf = (
  def: ResourceDef,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name: string },
): Target => ({ def, name, namespace: def.namespaced ? (namespace ?? 'default') : undefined })
