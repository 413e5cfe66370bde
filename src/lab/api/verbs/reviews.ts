/** Reviews: POST answers them, nothing is stored. kubernetes/kubernetes:pkg/registry/{authorization,authentication}. */
import type { Attributes } from '#lab/api/authorization/attributes.ts'
import { shownRule } from '#lab/api/authorization/rules.ts'
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { badRequest, invalid, invalidValue } from '#lab/api/status.ts'
import { issuer } from '#lab/api/tokens/tokens.ts'
import { groupVersion, type ResourceDef } from '#lab/api/types/resource-def.ts'
import { checkedBody } from '#lab/api/verbs/create.ts'
import type { ApiState, Caller, Identity } from '#lab/api/verbs/state.ts'

/** Answers a review. `namespace` is that of the path. Throws BadRequest or Invalid for one that asks nothing. */
export function createReview(
  state: ApiState,
  {
    def,
    namespace,
    body,
  }: { readonly def: ResourceDef; readonly namespace?: string | undefined; readonly body: unknown },
  caller: Caller,
): JsonObject {
  const review = checkedBody(def, body)
  const spec = asObject(review.spec)
  return {
    kind: def.kind,
    apiVersion: groupVersion(def),
    metadata: isObject(review.metadata) ? review.metadata : { creationTimestamp: null },
    ...(review.spec === undefined ? {} : { spec: review.spec }),
    status: verdict(state, { def, namespace, spec }, caller.user),
  }
}

interface Review {
  readonly def: ResourceDef
  readonly namespace: string | undefined
  readonly spec: JsonObject
}

function verdict(state: ApiState, review: Review, user: Identity): JsonObject {
  switch (review.def.kind) {
    case 'SelfSubjectReview':
      return { userInfo: userInfo(user) }
    case 'TokenReview':
      return tokenVerdict(state, review)
    case 'SelfSubjectRulesReview':
      return rulesVerdict(state, user, asText(review.spec.namespace) ?? '')
    case 'SelfSubjectAccessReview':
      return access(state, user, attributesOf(review))
    default:
      return access(state, subjectOf(review), attributesOf(review))
  }
}

/** A user as reviews show it. */
export const userInfo = ({ username, uid, groups, extra }: Identity): JsonObject => ({
  username,
  ...(uid === undefined ? {} : { uid }),
  ...(groups.length === 0 ? {} : { groups }),
  ...(extra === undefined ? {} : { extra }),
})

function tokenVerdict({ tokens }: ApiState, { def, spec }: Review): JsonObject {
  const token = asText(spec.token) ?? ''
  if (token === '')
    throw invalid(def, '', [
      invalidValue('spec.token', '', 'token is required for TokenReview in authentication'),
    ])
  const audiences = asList(spec.audiences).map(String)
  const identity = tokens.verify(token, audiences.length === 0 ? {} : { audiences })
  if (identity === undefined) return { authenticated: false, error: 'invalid bearer token', user: {} }
  return {
    authenticated: true,
    audiences: audiences.length === 0 ? [issuer] : audiences,
    user: userInfo(identity),
  }
}

function access(state: ApiState, user: Identity, attributes: Attributes): JsonObject {
  const { allowed, reason } = state.access.decide(user, attributes)
  return { allowed, ...(reason === '' ? {} : { reason }) }
}

/** pkg/apis/authorization/validation/validation.go */
function attributesOf({ def, spec, namespace }: Review): Attributes {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec
  if (isObject(resource) === isObject(path))
    throw invalid(def, '', [
      invalidValue(
        'spec.resourceAttributes',
        resource ?? null,
        isObject(path)
          ? 'cannot be specified in combination with nonResourceAttributes'
          : 'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ])
  const text = (of: unknown): string => asText(of) ?? ''
  if (isObject(path)) return { kind: 'path', verb: text(path.verb), path: text(path.path) }
  const asked = asObject(resource)
  if (namespace !== undefined && text(asked.namespace) !== namespace)
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`)
  return {
    kind: 'resource',
    verb: text(asked.verb),
    group: text(asked.group),
    resource: text(asked.resource),
    subresource: text(asked.subresource),
    namespace: text(asked.namespace),
    name: text(asked.name),
  }
}

function subjectOf({ def, spec }: Review): Identity {
  const username = asText(spec.user) ?? ''
  const groups = asList(spec.groups).map(String)
  if (username === '' && groups.length === 0)
    throw invalid(def, '', [invalidValue('spec.user', '', 'at least one of user or group must be specified')])
  return { username, groups }
}

function rulesVerdict({ access }: ApiState, user: Identity, namespace: string): JsonObject {
  if (namespace === '') throw badRequest('no namespace on request')
  const { rules, errors } = access.rbac.rulesFor(user, namespace)
  return {
    incomplete: errors.length > 0,
    ...(errors.length === 0 ? {} : { evaluationError: errors.join(', ') }),
    nonResourceRules: rules.filter((rule) => rule.nonResourceURLs.length > 0).map(shownRule),
    resourceRules: rules.filter((rule) => rule.resources.length > 0).map(shownRule),
  }
}
