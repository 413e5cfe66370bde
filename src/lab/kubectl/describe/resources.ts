/** What pods ask for and may use: component-helpers:resource (PodRequests, PodLimits). */
import { asText, at, type JsonObject } from '#lab/api/json.ts'
import { quantity } from '#lab/api/quantity.ts'
import { objectsAt } from '#lab/kubectl/describe/lines.ts'

type Kind = 'requests' | 'limits'

/** Of all containers together, or of the largest init container when that is more; as a quantity. */
export function demandOf(pod: JsonObject, kind: Kind, name: string): string {
  return amountText(demand(pod, kind, name), textsOf(pod, kind, name))
}

export function sumOf(pods: readonly JsonObject[], kind: Kind, name: string): string {
  const sum = pods.reduce((all, pod) => all + demand(pod, kind, name), 0)
  return amountText(
    sum,
    pods.flatMap((pod) => textsOf(pod, kind, name)),
  )
}

const textsOf = (pod: JsonObject, kind: Kind, name: string): readonly string[] =>
  [...objectsAt(pod, 'spec.containers'), ...objectsAt(pod, 'spec.initContainers')].flatMap(
    (container) => asText(at(container, `resources.${kind}.${name}`)) ?? [],
  )

function demand(pod: JsonObject, kind: Kind, name: string): number {
  const of = (container: JsonObject): number =>
    quantity(asText(at(container, `resources.${kind}.${name}`)) ?? '0')
  const running = objectsAt(pod, 'spec.containers').reduce((sum, container) => sum + of(container), 0)
  return Math.max(running, ...objectsAt(pod, 'spec.initContainers').map(of))
}

/** In the form in which it was asked for: `250m`, `170Mi`. */
const amountText = (amount: number, texts: readonly string[]): string =>
  texts.some((each) => /i$/.test(each)) ? binaryText(amount) : decimalText(amount)

/** As resource.Quantity prints it (apimachinery:pkg/api/resource): in the largest unit that holds it whole. */
export function canonical(written: string): string {
  const amount = quantity(written)
  if (Number.isNaN(amount)) return written
  return /i$/.test(written) ? binaryText(amount) : decimalText(amount)
}

function binaryText(amount: number): string {
  for (const [unit, size] of binary) if (amount !== 0 && amount % size === 0) return `${amount / size}${unit}`
  return decimalText(amount)
}

function decimalText(amount: number): string {
  if (amount % 1 !== 0) return `${Math.round(amount * 1000)}m`
  for (const [unit, size] of decimal)
    if (amount !== 0 && amount % size === 0) return `${amount / size}${unit}`
  return String(amount)
}

const binary = [
  ['Ti', 2 ** 40],
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const

const decimal = [
  ['T', 1e12],
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
] as const

/** Whole percent, cut off; 0 of nothing. */
export const percent = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.trunc((part / whole) * 100)
