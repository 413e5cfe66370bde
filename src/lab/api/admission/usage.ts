/** What an object uses of a namespace's quota: kubernetes/kubernetes:pkg/quota/v1/evaluator/core. */

import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import { binaryQuantity, quantity } from '#lab/api/quantity.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'

export type Amounts<T> = Readonly<Record<string, T>>

export interface Usage {
  readonly amounts: Amounts<number>
  /** As messages and the status show them. */
  readonly texts: Amounts<string>
  /** What a pod must say when a quota limits it, and which containers do not. */
  readonly required: readonly string[]
  readonly missing: Amounts<string>
  /** Texts of one resource added up. */
  readonly sum: (resource: string, texts: readonly string[]) => string
}

const compute = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const

/** `undefined` for what no quota of the lab counts. */
export function usageOf(def: ResourceDef, object: JsonObject): Usage | undefined {
  const count = `count/${def.resource}${def.group === '' ? '' : `.${def.group}`}`
  if (def.bucket === '/pods') return podUsage(object, count)
  if (!def.namespaced || def.bucket === '/events') return undefined
  const named = plain.includes(def.bucket) ? { [def.resource]: 1 } : {}
  const amounts: Record<string, number> = { [count]: 1, ...named }
  if (def.bucket === '/services') {
    const type = at(object, 'spec.type')
    if (type === 'LoadBalancer') amounts['services.loadbalancers'] = 1
    if (type === 'NodePort' || type === 'LoadBalancer')
      amounts['services.nodeports'] = asList(at(object, 'spec.ports')).length
  }
  return usage(amounts, [], {})
}

/** The resources that quotas name without `count/`. */
const plain = [
  '/configmaps',
  '/persistentvolumeclaims',
  '/replicationcontrollers',
  '/resourcequotas',
  '/secrets',
  '/services',
]

/** Pods that have ended count as objects only. */
function podUsage(pod: JsonObject, count: string): Usage {
  if (hasEnded(pod)) return usage({ [count]: 1 }, [], {})
  const containers = asList(at(pod, 'spec.containers')).map(asObject)
  const initial = asList(at(pod, 'spec.initContainers')).map(asObject)
  const amounts: Record<string, number> = { [count]: 1, pods: 1 }
  const missing: Record<string, string> = {}
  for (const key of compute) {
    const [kind, resource] = key.split('.')
    const of = (container: JsonObject): unknown => at(container, `resources.${kind}.${resource}`)
    const own = containers.reduce((sum, each) => sum + quantity(of(each) as string | undefined), 0)
    const first = Math.max(0, ...initial.map((each) => quantity(of(each) as string | undefined)))
    amounts[key] = Math.max(own, first)
    const without = [...initial, ...containers].filter((each) => of(each) === undefined)
    if (without.length > 0) missing[key] = without.map(({ name }) => String(name)).join(',')
  }
  amounts.cpu = amounts['requests.cpu'] ?? 0
  amounts.memory = amounts['requests.memory'] ?? 0
  if (missing['requests.cpu'] !== undefined) missing.cpu = missing['requests.cpu']
  if (missing['requests.memory'] !== undefined) missing.memory = missing['requests.memory']
  return usage(amounts, [...compute, 'cpu', 'memory'], missing)
}

const usage = (amounts: Amounts<number>, required: readonly string[], missing: Amounts<string>): Usage => ({
  amounts,
  required,
  missing,
  texts: Object.fromEntries(Object.entries(amounts).map(([key, value]) => [key, amountText(key, value)])),
  sum: (key, texts) =>
    amountText(
      key,
      texts.reduce((sum, text) => sum + quantity(text), 0),
    ),
})

/** `1500m`, `128Mi`, `3` */
export function amountText(resource: string, amount: number): string {
  if (/memory$/.test(resource)) return binaryQuantity(amount)
  return Number.isInteger(amount) ? String(amount) : `${Math.round(amount * 1000)}m`
}
