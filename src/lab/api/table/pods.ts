/** READY, STATUS and RESTARTS of a pod: pkg/printers/internalversion/printers.go (printPod). */

import { parseTime } from '#base/clock.ts'
import { asList, asObject, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import type { Stored } from '#lab/api/store.ts'
import { age, humanDuration } from '#lab/api/table/age.ts'
import { columns, none, type Printer } from '#lab/api/table/printer.ts'

export const podPrinter: Printer = {
  columns: columns(
    'Name',
    'Ready',
    'Status',
    'Restarts',
    'Age',
    'IP*',
    'Node*',
    'Nominated Node*',
    'Readiness Gates*',
  ),
  cells: (pod, nowMs) => {
    const { ready, total, status, restarts, lastRestartMs } = podSummary(pod)
    const ago =
      restarts > 0 && lastRestartMs !== undefined ? ` (${humanDuration(nowMs - lastRestartMs)} ago)` : ''
    return [
      pod.metadata.name,
      `${ready}/${total}`,
      status,
      `${restarts}${ago}`,
      age(pod.metadata.creationTimestamp, nowMs),
      String(at(pod, 'status.podIP') ?? none),
      String(at(pod, 'spec.nodeName') ?? none),
      String(at(pod, 'status.nominatedNodeName') ?? none),
      none,
    ]
  },
  conditions: (pod) => {
    const phase = at(pod, 'status.phase')
    if (phase === 'Succeeded') return [completed('Succeeded', 'The pod has completed successfully.')]
    return phase === 'Failed' ? [completed('Failed', 'The pod failed.')] : undefined
  },
}

const completed = (reason: string, message: string): JsonObject => ({
  type: 'Completed',
  status: 'True',
  reason,
  message,
})

export interface PodSummary {
  readonly ready: number
  readonly total: number
  readonly status: string
  readonly restarts: number
  readonly lastRestartMs: number | undefined
}

interface Progress {
  reason: string
  ready: number
  restarts: number
  lastRestartMs: number | undefined
}

/** What kubectl's columns say about a pod. */
export function podSummary(pod: Stored): PodSummary {
  const spec = asObject(pod.spec)
  const status = asObject(pod.status)
  const progress: Progress = {
    reason: String(status.reason || status.phase || 'Unknown'),
    ready: 0,
    restarts: 0,
    lastRestartMs: undefined,
  }
  if (conditionOf(status, 'PodScheduled')?.reason === 'SchedulingGated') progress.reason = 'SchedulingGated'
  const stays = sidecarNames(spec)
  const initializing = initContainers(asList(spec.initContainers), { status, stays, progress })
  if (!initializing || conditionOf(status, 'Initialized')?.status === 'True')
    mainContainers(status, stays, progress)
  return {
    ready: progress.ready,
    total: asList(spec.containers).length + sidecarNames(spec).size,
    status: deletionReason(pod, status, progress.reason),
    restarts: progress.restarts,
    lastRestartMs: progress.lastRestartMs,
  }
}

/** Init containers that stay. */
const sidecarNames = (spec: JsonObject): ReadonlySet<unknown> =>
  new Set(
    asList(spec.initContainers)
      .map(asObject)
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  )

const conditionOf = (status: JsonObject, type: string): JsonObject | undefined =>
  asList(status.conditions)
    .filter(isObject)
    .find((condition) => condition.type === type)

/** Whether an init container is not done; the reason then says which. */
function initContainers(
  specs: readonly unknown[],
  {
    status,
    stays,
    progress,
  }: { readonly status: JsonObject; readonly stays: ReadonlySet<unknown>; readonly progress: Progress },
): boolean {
  const statuses = asList(status.initContainerStatuses).map(asObject)
  for (const [index, container] of statuses.entries()) {
    countRestarts(container, progress)
    if (stays.has(container.name) && container.started === true) {
      if (container.ready === true) progress.ready++
      continue
    }
    const { terminated, waiting } = asObject(container.state)
    if (isObject(terminated) && terminated.exitCode === 0) continue
    if (isObject(terminated)) progress.reason = `Init:${endReason(terminated)}`
    else if (isObject(waiting) && waiting.reason && waiting.reason !== 'PodInitializing')
      progress.reason = `Init:${String(waiting.reason)}`
    else progress.reason = `Init:${index}/${specs.length}`
    return true
  }
  return false
}

/** Those that stay count with the others. */
function mainContainers(status: JsonObject, stays: ReadonlySet<unknown>, progress: Progress): void {
  progress.restarts = 0
  progress.lastRestartMs = undefined
  for (const each of asList(status.initContainerStatuses).map(asObject))
    if (stays.has(each.name)) countRestarts(each, progress)
  let running = false
  for (const container of asList(status.containerStatuses).map(asObject).reverse()) {
    countRestarts(container, progress)
    const state = asObject(container.state)
    if (isObject(state.waiting) && state.waiting.reason) progress.reason = String(state.waiting.reason)
    else if (isObject(state.terminated)) progress.reason = endReason(state.terminated)
    else if (container.ready === true && isObject(state.running)) {
      running = true
      progress.ready++
    }
  }
  if (progress.reason === 'Completed' && running)
    progress.reason = conditionOf(status, 'Ready')?.status === 'True' ? 'Running' : 'NotReady'
}

function countRestarts(container: JsonObject, progress: Progress): void {
  progress.restarts += Number(container.restartCount ?? 0)
  const finished = at(container, 'lastState.terminated.finishedAt')
  const ms = typeof finished === 'string' ? parseTime(finished) : undefined
  if (ms !== undefined) progress.lastRestartMs = Math.max(ms, progress.lastRestartMs ?? ms)
}

function endReason({ reason, signal, exitCode }: JsonObject): string {
  if (reason) return String(reason)
  return signal ? `Signal:${String(signal)}` : `ExitCode:${String(exitCode)}`
}

function deletionReason(pod: Stored, status: JsonObject, reason: string): string {
  if (pod.metadata.deletionTimestamp === undefined) return reason
  if (status.reason === 'NodeLost') return 'Unknown'
  return hasEnded({ status }) ? reason : 'Terminating'
}
