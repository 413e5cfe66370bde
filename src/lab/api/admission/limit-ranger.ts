/**
 * LimitRanger: what a namespace's LimitRanges give to containers that say nothing of their resources, and what they forbid.
 *
 * Not imitated: limits of PersistentVolumeClaims; a pod's own `resources`.
 *
 * @see kubernetes/kubernetes:plugin/pkg/admission/limitranger/admission.go
 */
import { fill } from '#lab/api/admission/pod-defaults.ts'
import { amountText } from '#lab/api/admission/usage.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { quantity } from '#lab/api/quantity.ts'
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

// ---------------------------------------------------------------------------------------------- defaults

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

// -------------------------------------------------------------------------------------------- violations

interface Amounts {
  readonly requests: JsonObject
  readonly limits: JsonObject
}

function violations(item: JsonObject, pod: JsonObject): readonly string[] {
  const containers = asList(at(pod, 'spec.containers')).map((each) => amountsOf(asObject(each)))
  if (item.type === 'Container') {
    const all = [
      ...containers,
      ...asList(at(pod, 'spec.initContainers')).map((each) => amountsOf(asObject(each))),
    ]
    return all.flatMap((each) => judged(item, each))
  }
  return item.type === 'Pod' ? judged(item, summed(containers)) : []
}

const amountsOf = (container: JsonObject): Amounts => {
  const { requests, limits } = asObject(container.resources)
  return { requests: asObject(requests), limits: asObject(limits) }
}

/** A resource that one container does not limit is not limited for the pod. */
function summed(containers: readonly Amounts[]): Amounts {
  const sum = (field: keyof Amounts): JsonObject => {
    const keys = [...new Set(containers.flatMap((each) => Object.keys(each[field])))]
    return Object.fromEntries(
      keys
        .filter((key) => field === 'requests' || containers.every((each) => each[field][key] !== undefined))
        .map((key) => [
          key,
          amountText(
            key,
            containers.reduce((total, each) => total + quantity(each[field][key] as string | undefined), 0),
          ),
        ]),
    )
  }
  return { requests: sum('requests'), limits: sum('limits') }
}

function judged({ type, min, max, maxLimitRequestRatio }: JsonObject, amounts: Amounts): readonly string[] {
  const each = (of: unknown, judge: (key: string, bound: unknown) => string | undefined): readonly string[] =>
    Object.entries(asObject(of))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, bound]) => judge(key, bound) ?? [])
  return [
    ...each(min, (key, bound) => tooLittle({ key, bound, type, ...amounts })),
    ...each(max, (key, bound) => tooMuch({ key, bound, type, ...amounts })),
    ...each(maxLimitRequestRatio, (key, bound) => tooFar({ key, bound, type, ...amounts })),
  ]
}

interface Judged extends Amounts {
  readonly key: string
  readonly bound: unknown
  readonly type: unknown
}

const amount = (of: JsonObject, key: string): number | undefined =>
  of[key] === undefined ? undefined : quantity(of[key] as string | number)

function tooLittle({ key, bound, type, requests, limits }: Judged): string | undefined {
  const says = `minimum ${key} usage per ${type} is ${bound}`
  const least = quantity(bound as string)
  const [request, limit] = [amount(requests, key), amount(limits, key)]
  if (request === undefined) return `${says}.  No request is specified`
  if (request < least) return `${says}, but request is ${requests[key]}`
  return limit !== undefined && limit < least ? `${says}, but limit is ${limits[key]}` : undefined
}

function tooMuch({ key, bound, type, requests, limits }: Judged): string | undefined {
  const says = `maximum ${key} usage per ${type} is ${bound}`
  const most = quantity(bound as string)
  const [request, limit] = [amount(requests, key), amount(limits, key)]
  if (limit === undefined) return `${says}.  No limit is specified`
  if (limit > most) return `${says}, but limit is ${limits[key]}`
  return request !== undefined && request > most ? `${says}, but request is ${requests[key]}` : undefined
}

function tooFar({ key, bound, type, requests, limits }: Judged): string | undefined {
  const says = `${key} max limit to request ratio per ${type} is ${bound}`
  const [request, limit] = [amount(requests, key) ?? 0, amount(limits, key) ?? 0]
  if (request === 0) return `${says}, but no request is specified or request is 0`
  if (limit === 0) return `${says}, but no limit is specified or limit is 0`
  const ratio = limit / request
  return ratio > quantity(bound as string) ? `${says}, but provided ratio is ${ratio.toFixed(6)}` : undefined
}
