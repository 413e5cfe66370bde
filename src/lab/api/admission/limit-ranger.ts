/**
 * LimitRanger: what a namespace's LimitRanges give to containers that say nothing of their resources, and what they forbid.
 *
 * Not imitated: limits of PersistentVolumeClaims; a pod's own `resources`.
 *
 * @see kubernetes/kubernetes:plugin/pkg/admission/limitranger/admission.go
 */
import { violations } from '#lab/api/admission/limit-violations.ts'
import { fill } from '#lab/api/admission/pod-defaults.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { forbidden } from '#lab/api/status.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

export const limitRangeBucket = '/limitranges'
const annotation = 'kubernetes.io/limit-ranger'

/** pkg/apis/core/v1/defaults.go (SetDefaults_LimitRangeItem): of containers, a maximum is their default too. */
export function limitDefaults(item: JsonObject): JsonObject {
  if (item.type !== 'Container') return item
  const limits = fill(asObject(item.default), asObject(item.max))
  const requests = fill(fill(asObject(item.defaultRequest), limits), asObject(item.min))
  return {
    ...item,
    ...(Object.keys(limits).length > 0 && { default: limits }),
    ...(Object.keys(requests).length > 0 && { defaultRequest: requests }),
  }
}

/** The pod with the defaults of its namespace; throws Forbidden with all that is too little or too much. */
export function admitLimits(state: ApiState, pod: JsonObject): JsonObject {
  const namespace = String(at(pod, 'metadata.namespace'))
  const items = state.store
    .list(limitRangeBucket, { namespace })
    .flatMap((range) => asList(at(range, 'spec.limits')).map(asObject))
  if (items.length === 0) return pod
  const next = items.filter(({ type }) => type === 'Container').reduce(withDefaults, pod)
  const wrong = items.flatMap((item) => violations(item, next))
  if (wrong.length === 0) return next
  const metadata = asObject(pod.metadata)
  const says = wrong.length === 1 ? String(wrong[0]) : `[${wrong.join(', ')}]`
  throw forbidden({ group: '', resource: 'pods' }, String(metadata.generateName ?? metadata.name ?? ''), says)
}

const kinds = [
  ['containers', 'container'],
  ['initContainers', 'init container'],
] as const

function withDefaults(pod: JsonObject, item: JsonObject): JsonObject {
  const notes: string[] = []
  let spec = asObject(pod.spec)
  for (const [list, kind] of kinds) {
    if (spec[list] === undefined) continue
    const containers = asList(spec[list]).map((each) => defaulted(asObject(each), { item, kind, notes }))
    spec = { ...spec, [list]: containers }
  }
  if (notes.length === 0) return pod
  const metadata = asObject(pod.metadata)
  const says = `LimitRanger plugin set: ${notes.join('; ')}`
  const annotations = { ...asObject(metadata.annotations), [annotation]: says }
  return { ...pod, metadata: { ...metadata, annotations }, spec }
}

function defaulted(
  container: JsonObject,
  o: { readonly item: JsonObject; readonly kind: string; readonly notes: string[] },
): JsonObject {
  const resources = asObject(container.resources)
  const added = (field: 'requests' | 'limits', from: unknown): JsonObject => {
    const missing = Object.keys(asObject(from))
      .filter((key) => asObject(resources[field])[key] === undefined)
      .sort()
    const what = field === 'requests' ? 'request' : 'limit'
    if (missing.length > 0) o.notes.push(`${missing.join(', ')} ${what} for ${o.kind} ${container.name}`)
    return fill(asObject(resources[field]), asObject(from))
  }
  const requests = added('requests', o.item.defaultRequest)
  const limits = added('limits', o.item.default)
  return {
    ...container,
    resources: {
      ...resources,
      ...(Object.keys(limits).length > 0 && { limits }),
      ...(Object.keys(requests).length > 0 && { requests }),
    },
  }
}
