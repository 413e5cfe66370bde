/** The objects that a binding gives its policy: staging:apiserver/pkg/admission/plugin/policy/generic/{policy_source,policy_dispatcher}.go. */
import type { JsonObject } from '#lab/api/json.ts'
import type { ParamKind, ParamRef } from '#lab/api/policies/registered.ts'
import { keyOf } from '#lab/api/store.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

/** Why nobody can be given as a parameter: nobody serves the kind. */
export function unknownKind(of: ParamKind | undefined, { registry }: ApiState): string | undefined {
  if (of === undefined || registry.ofKind(of.apiVersion, of.kind) !== undefined) return undefined
  return `failed to find resource referenced by paramKind: '${of.apiVersion}, Kind=${of.kind}'`
}

export type Params = { readonly params: readonly (JsonObject | null)[] } | { readonly error: string }

/** `null`: a policy without parameters, or a binding that gives none. */
export function paramsOf(
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  asked: string | undefined,
  { store, registry }: ApiState,
): Params {
  const def = kind === undefined ? undefined : registry.ofKind(kind.apiVersion, kind.kind)
  if (def === undefined || ref === undefined) return { params: [null] }
  const namespace = def.namespaced ? ref.namespace || asked : undefined
  if (def.namespaced && namespace === undefined)
    return {
      error: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    }
  if (!def.namespaced && ref.namespace !== '')
    return { error: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' }
  const named = ref.name === '' ? [] : [store.get(def.bucket, keyOf(namespace, ref.name))]
  const found =
    ref.selects === undefined
      ? named.filter((each) => each !== undefined)
      : store
          .list(def.bucket, namespace === undefined ? {} : { namespace })
          .filter(({ metadata }) => ref.selects?.(metadata.labels))
  if (found.length === 0 && ref.denies)
    return { error: 'no params found for policy binding with `Deny` parameterNotFoundAction' }
  return { params: found }
}
