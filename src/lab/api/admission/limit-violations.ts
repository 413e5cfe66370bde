/** What a LimitRange says of containers and pods that ask for too little or too much. */
import { amountText } from '#lab/api/admission/usage.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { quantity } from '#lab/api/quantity.ts'

interface Amounts {
  readonly requests: JsonObject
  readonly limits: JsonObject
}

/** What an item of a LimitRange forbids of the pod, in the words of the refusal; empty where it is within. */
export function violations(item: JsonObject, pod: JsonObject): readonly string[] {
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
