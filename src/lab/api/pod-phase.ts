import { asObject, type JsonObject } from '#lab/api/json.ts'

/** Whether a pod has run to its end: neither phase is ever left again (kubernetes/api:core/v1/types.go, PodPhase). */
export function hasEnded(pod: JsonObject | { readonly status?: unknown }): boolean {
  const { phase } = asObject(pod.status)
  return phase === 'Succeeded' || phase === 'Failed'
}
