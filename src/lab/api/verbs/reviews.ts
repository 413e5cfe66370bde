/**
 * Reviews: POST answers them, nothing is stored. pkg/registry/authorization, pkg/registry/authentication.
 *
 * Not imitated: RBAC. Every user that is authenticated is allowed everything, and the reviews say so.
 */
import { asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import { groupVersion, type ResourceDef } from '#lab/api/types/resource-def.ts'
import { checkedBody } from '#lab/api/verbs/create.ts'
import type { ApiState, Caller } from '#lab/api/verbs/state.ts'

export function createReview(state: ApiState, def: ResourceDef, body: unknown, caller: Caller): JsonObject {
  const review = checkedBody(def, body)
  return {
    kind: def.kind,
    apiVersion: groupVersion(def),
    metadata: isObject(review.metadata) ? review.metadata : { creationTimestamp: null },
    ...(review.spec === undefined ? {} : { spec: review.spec }),
    status: verdict(state, def.kind, asObject(review.spec), caller),
  }
}

function verdict(state: ApiState, kind: string, spec: JsonObject, { user }: Caller): JsonObject {
  switch (kind) {
    case 'SelfSubjectReview':
      return {
        userInfo: {
          username: user.username,
          groups: user.groups,
          ...(user.uid === undefined ? {} : { uid: user.uid }),
        },
      }
    case 'TokenReview': {
      const identity = state.tokens.verify(String(spec.token))
      return identity === undefined
        ? { authenticated: false, error: 'invalid bearer token', user: {} }
        : { authenticated: true, user: identity }
    }
    case 'SelfSubjectRulesReview':
      return {
        incomplete: false,
        nonResourceRules: [{ nonResourceURLs: ['*'], verbs: ['*'] }],
        resourceRules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      }
    default:
      return { allowed: true }
  }
}
