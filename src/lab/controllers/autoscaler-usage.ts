/**
 * How many pods the usage of some asks for: kubernetes/kubernetes:pkg/controller/podautoscaler/replica_calculator.go
 * (GetResourceReplicas, GetRawResourceReplicas, groupPods), metrics/utilization.go.
 */
import { parseTime } from '#base/clock.ts'
import type { MetricTarget, Pod, PodMetrics } from '#lab/api/objects.ts'
import { quantity } from '#lab/api/quantity.ts'

/** Why there is no count: the end of the sentence that events and conditions tell. */
export class Uncountable extends Error {}

export interface Usage {
  /** `cpu` or `memory`. */
  readonly name: string
  /** Of this container alone. */
  readonly container?: string
  readonly target: MetricTarget
  readonly metrics: readonly PodMetrics[]
  /** All that the target selects. */
  readonly pods: readonly Pod[]
  readonly current: number
  readonly nowMs: number
}

export interface Count {
  readonly replicas: number
  /** Percent of what is requested. */
  readonly utilization?: number
  /** Of a pod: `12m`, `25165824`. */
  readonly average: string
}

const tolerance = 0.1
/** --horizontal-pod-autoscaler-cpu-initialization-period, --horizontal-pod-autoscaler-initial-readiness-delay */
const initializationMs = 300_000
const readinessDelayMs = 30_000

/** Throws {@link Uncountable}. */
export function replicasFor(usage: Usage): Count {
  const { pods, current, target } = usage
  if (pods.length === 0) throw new Uncountable('no pods returned by selector while calculating replica count')
  const groups = grouped(usage)
  const used = new Map(groups.used)
  if (used.size === 0)
    throw new Uncountable('did not receive metrics for targeted pods (pods might be unready)')
  const measure = measureOf(usage)
  const first = measure.ratio(used)
  const count = {
    ...(measure.utilization === undefined ? {} : { utilization: measure.utilization(used) }),
    average: amount(usage.name, sum(used) / used.size),
  }
  const young = groups.unready.length > 0 && first > 1
  if (!young && groups.missing.length === 0)
    return {
      ...count,
      replicas: isNear(first) ? current : Math.ceil(rounded(first * groups.readyCount)),
    }
  // What is not known is thought to stand against any change.
  const share = target.averageUtilization === undefined ? 1 : Math.max(100, target.averageUtilization) / 100
  for (const pod of groups.missing)
    if (first < 1) used.set(pod.metadata.name, measure.asked(pod) * share)
    else if (first > 1) used.set(pod.metadata.name, 0)
  if (young) for (const { metadata } of groups.unready) used.set(metadata.name, 0)
  const second = measure.ratio(used)
  if (isNear(second) || (first < 1 && second > 1) || (first > 1 && second < 1))
    return { ...count, replicas: current }
  const replicas = Math.ceil(rounded(second * used.size))
  return { ...count, replicas: second < 1 ? Math.min(replicas, current) : Math.max(replicas, current) }
}

const isNear = (ratio: number): boolean => Math.abs(1 - ratio) <= tolerance

/** Without the last digits of a division: 3 · (2 / 3) are two. */
const rounded = (value: number): number => Math.round(value * 1e9) / 1e9

const sum = (used: ReadonlyMap<string, number>): number =>
  [...used.values()].reduce((total, each) => total + each, 0)

/** CPU is counted in thousandths, memory in bytes. */
const amount = (name: string, value: number): string =>
  name === 'cpu' ? `${Math.floor(value * 1000)}m` : String(Math.floor(value))

interface Measure {
  /** Of what is used to what shall be. */
  readonly ratio: (used: ReadonlyMap<string, number>) => number
  readonly utilization?: (used: ReadonlyMap<string, number>) => number
  /** What a pod of which nothing is known is thought to use. */
  readonly asked: (pod: Pod) => number
}

function measureOf(usage: Usage): Measure {
  const { averageUtilization, averageValue } = usage.target
  if (averageUtilization === undefined) {
    const wanted = quantity(averageValue)
    return { ratio: (used) => sum(used) / used.size / wanted, asked: () => wanted }
  }
  const requests = new Map(usage.pods.map((pod) => [pod.metadata.name, requestOf(pod, usage)]))
  const utilization = (used: ReadonlyMap<string, number>): number => {
    const asked = [...used.keys()].reduce((total, name) => total + (requests.get(name) ?? 0), 0)
    if (asked === 0) throw new Uncountable('no metrics returned matched known pods')
    return Math.floor(rounded((sum(used) * 100) / asked))
  }
  return {
    utilization,
    ratio: (used) => utilization(used) / averageUtilization,
    asked: ({ metadata }) => requests.get(metadata.name) ?? 0,
  }
}

function requestOf({ metadata, spec }: Pod, { name, container }: Usage): number {
  let total = 0
  for (const each of spec.containers) {
    if (container !== undefined && each.name !== container) continue
    const request = each.resources?.requests?.[name]
    if (request === undefined)
      throw new Uncountable(`missing request for ${name} in container ${each.name} of Pod ${metadata.name}`)
    total += quantity(request)
  }
  return total
}

function grouped(usage: Usage): {
  readonly used: ReadonlyMap<string, number>
  readonly readyCount: number
  readonly unready: readonly Pod[]
  readonly missing: readonly Pod[]
} {
  const used = new Map<string, number>()
  const unready: Pod[] = []
  const missing: Pod[] = []
  for (const pod of usage.pods) {
    if (pod.metadata.deletionTimestamp !== undefined || pod.status.phase === 'Failed') continue
    const metrics = usage.metrics.find(({ metadata }) => metadata.name === pod.metadata.name)
    if (pod.status.phase === 'Pending') unready.push(pod)
    else if (metrics === undefined) missing.push(pod)
    else if (usage.name === 'cpu' && isTooYoung(pod, metrics, usage.nowMs)) unready.push(pod)
    else used.set(pod.metadata.name, usedBy(metrics, usage))
  }
  return { used, readyCount: used.size, unready, missing }
}

const usedBy = ({ containers }: PodMetrics, { name, container }: Usage): number =>
  containers
    .filter((each) => container === undefined || each.name === container)
    .reduce((total, { usage }) => total + quantity(usage[name]), 0)

/** Whether its CPU says nothing yet: it starts, or has not been ready for as long as was measured. */
function isTooYoung({ status }: Pod, { timestamp, window }: PodMetrics, nowMs: number): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  const startMs = parseTime(status.startTime ?? '')
  if (ready === undefined || startMs === undefined) return true
  const sinceMs = parseTime(ready.lastTransitionTime ?? '') ?? startMs
  if (startMs + initializationMs > nowMs)
    return ready.status !== 'True' || (parseTime(timestamp) ?? 0) < sinceMs + Number.parseFloat(window) * 1000
  return ready.status === 'False' && startMs + readinessDelayMs > sinceMs
}
