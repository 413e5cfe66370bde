/** `serviceaccounts/<name>/token`: kubernetes/kubernetes:pkg/registry/core/serviceaccount/storage/token.go. */
import { rfc3339 } from '#base/clock.ts'
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { badRequest, conflict, type FieldError, invalid, invalidValue, notFound } from '#lab/api/status.ts'
import { keyOf } from '#lab/api/store.ts'
import { type Bound, issuer } from '#lab/api/tokens/tokens.ts'
import { type ApiState, existing, type Target } from '#lab/api/verbs/state.ts'

/** What the admission plugin asks for in every pod. Who asks for just that may be a client that never reads its file again. */
const projectedSeconds = 3607
const extendedSeconds = 365 * 24 * 3600
const secondsMax = 2 ** 32

/** Answers a TokenRequest with a token in its status. Throws Invalid, NotFound or Conflict. */
export function requestToken(state: ApiState, target: Target, body: JsonObject): JsonObject {
  const account = existing(state, target)
  const spec = asObject(body.spec)
  const seconds = Number(spec.expirationSeconds ?? 3600)
  checkSeconds(seconds)
  const bound = boundObjects(state, target, spec.boundObjectRef)
  const asked = asList(spec.audiences).map(String)
  const audiences = asked.length === 0 ? [issuer] : asked
  // --service-account-extend-token-expiration, which is on by default: the answer still tells the short time.
  const extended =
    seconds === projectedSeconds && bound.length > 0 && audiences.every((each) => each === issuer)
  const token = state.tokens.issue(
    { namespace: target.namespace ?? '', name: target.name, uid: account.metadata.uid },
    {
      seconds: extended ? extendedSeconds : seconds,
      audiences,
      bound,
      id: state.random.uuid(),
      ...(extended ? { warnAfterSeconds: projectedSeconds } : {}),
    },
  )
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: target.name, namespace: target.namespace, creationTimestamp: rfc3339(state.now()) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { expirationTimestamp: rfc3339(state.now() + seconds * 1000), token },
  }
}

/** pkg/apis/authentication/validation/validation.go */
function checkSeconds(seconds: number): void {
  const field = 'spec.expirationSeconds'
  const errors: FieldError[] = []
  if (seconds < 600)
    errors.push(invalidValue(field, seconds, 'may not specify a duration less than 10 minutes'))
  if (seconds > secondsMax)
    errors.push(invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds'))
  if (errors.length > 0) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors)
}

const kinds: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }

/** The object that the token shall not outlive, and the node of a pod that has one. */
function boundObjects(state: ApiState, { namespace, name: account }: Target, ref: unknown): readonly Bound[] {
  if (!isObject(ref)) return []
  const { kind, name } = { kind: String(ref.kind), name: String(ref.name) }
  const resource = kinds[kind]
  if (resource === undefined)
    throw badRequest(`cannot bind token for serviceaccount to type /v1, Kind=${kind}`)
  const of = { group: '', resource }
  const object = state.store.get(`/${resource}`, keyOf(kind === 'Node' ? undefined : namespace, name))
  if (object === undefined) throw notFound(of, name)
  const { uid } = object.metadata
  if (asText(ref.uid) && ref.uid !== uid)
    throw conflict(
      of,
      name,
      `the UID in the bound object reference (${String(ref.uid)}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  if (kind !== 'Pod') return [{ kind, name, uid }]
  if (at(object, 'spec.serviceAccountName') !== account)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    )
  const nodeName = asText(at(object, 'spec.nodeName')) ?? ''
  const node = nodeName === '' ? undefined : state.store.get('/nodes', nodeName)
  const pod = { kind, name, uid }
  return node === undefined ? [pod] : [pod, { kind: 'Node', name: nodeName, uid: node.metadata.uid }]
}
