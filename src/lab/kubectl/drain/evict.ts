/** Evicts pods and waits until they are gone: kubernetes/kubectl:pkg/drain/drain.go (evictPods, waitForDelete). */
import { namespaceOf, uidOf } from '#lab/kubectl/client.ts'
import { pathOf, type Resource, resourceNamed } from '#lab/kubectl/discovery.ts'
import { type LeavingPod, shouldSkip } from '#lab/kubectl/drain/filter.ts'
import { getOne } from '#lab/kubectl/lists.ts'
import { Interrupted } from '#lab/kubectl/ports.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { isStatus, KubectlError, StatusError } from '#lab/kubectl/trouble.ts'
import { dryRunOf } from '#lab/kubectl/write.ts'

const retryMs = 5000
const pollMs = 1000

/** A pod on its way out: due to be evicted at a time, or evicted and looked for. */
interface Leaving {
  readonly pod: LeavingPod
  readonly evicted: boolean
  readonly atMs: number
}

/** Answers what went wrong. All pods are asked to go at once, as the real one's goroutines do it. */
export async function evictAll(run: Run, pods: readonly LeavingPod[]): Promise<readonly Error[]> {
  const { ports, flags } = run
  const resource = resourceNamed(await run.discovery(), 'pods')
  const timeoutMs = flags.duration('timeout') || Number.POSITIVE_INFINITY
  const startMs = ports.nowMs()
  const errors: Error[] = []
  const way: Way = {
    run,
    resource,
    endMs: startMs + timeoutMs,
    timeoutMs,
    fail: (error) => errors.push(error),
  }
  let left: readonly Leaving[] = pods.map((pod) => ({ pod, evicted: false, atMs: startMs }))
  while (left.length > 0) {
    const dueMs = Math.min(...left.map(({ atMs }) => atMs), way.endMs)
    if (dueMs > ports.nowMs()) await ports.sleep(dueMs - ports.nowMs())
    if (ports.nowMs() >= startMs + ports.patience.waitMs) throw new Interrupted('nobody waits any longer')
    const next: Leaving[] = []
    for (const each of left) {
      if (each.atMs > ports.nowMs() && ports.nowMs() < way.endMs) {
        next.push(each)
        continue
      }
      const still = each.evicted ? await looked(way, each.pod) : await asked(way, each.pod)
      if (still !== undefined) next.push(still)
    }
    left = next
  }
  return errors
}

interface Way {
  readonly run: Run
  readonly resource: Resource
  readonly endMs: number
  readonly timeoutMs: number
  readonly fail: (error: Error) => void
}

async function asked(way: Way, pod: LeavingPod): Promise<Leaving | undefined> {
  const { run, endMs, fail } = way
  const dryRun = dryRunOf(run) === 'server'
  const verb = run.flags.on('disable-eviction') ? 'deleting' : 'evicting'
  if (verb === 'evicting')
    run.print(`evicting pod ${pod.namespace}/${pod.name}${dryRun ? ' (server dry run)' : ''}`)
  const named = `pods/${JSON.stringify(pod.name)} -n ${JSON.stringify(pod.namespace)}`
  if (run.ports.nowMs() >= endMs) {
    fail(
      new KubectlError(`error when evicting ${named}: global timeout reached: ${goDuration(way.timeoutMs)}`),
    )
    return undefined
  }
  try {
    await (verb === 'evicting' ? evict : remove)(way, pod)
  } catch (error) {
    if (isStatus(error, 'NotFound')) return undefined
    if (!(error instanceof StatusError)) throw error
    if (error.status !== 429) {
      fail(new KubectlError(`error when evicting ${named}: ${error.message}`))
      return undefined
    }
    run.complain(`error when evicting ${named} (will retry after 5s): ${error.message}`)
    return { pod, evicted: false, atMs: run.ports.nowMs() + retryMs }
  }
  return dryRun ? undefined : { pod, evicted: true, atMs: run.ports.nowMs() }
}

const deleteOptions = (run: Run) => {
  const grace = run.flags.int('grace-period') ?? -1
  return {
    ...(grace < 0 ? {} : { gracePeriodSeconds: grace }),
    ...(dryRunOf(run) === 'server' ? { dryRun: ['All'] } : {}),
  }
}

async function evict({ run, resource }: Way, { namespace, name }: LeavingPod): Promise<void> {
  await run.client.json(pathOf(resource, { namespace, name, part: 'eviction' }), {
    method: 'POST',
    body: JSON.stringify({
      kind: 'Eviction',
      apiVersion: 'policy/v1',
      metadata: { name, namespace },
      deleteOptions: deleteOptions(run),
    }),
  })
}

async function remove({ run, resource }: Way, { namespace, name }: LeavingPod): Promise<void> {
  const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', ...deleteOptions(run) })
  await run.client.json(pathOf(resource, { namespace, name }), { method: 'DELETE', body })
}

async function looked(way: Way, pod: LeavingPod): Promise<Leaving | undefined> {
  const { run, resource, endMs, fail } = way
  const found = await getOne(run, { resource, ...pod }).catch((error: unknown) => {
    if (isStatus(error, 'NotFound')) return undefined
    throw error
  })
  if (found === undefined || uidOf(found) !== pod.uid) {
    run.print(`pod/${pod.name} ${run.flags.on('disable-eviction') ? 'deleted' : 'evicted'}`)
    return undefined
  }
  if (shouldSkip(run, found)) {
    const seconds = run.flags.int('skip-wait-for-delete-timeout') ?? 0
    run.print(`pod ${JSON.stringify(pod.name)} has DeletionTimestamp older than ${seconds} seconds, skipping`)
    return undefined
  }
  if (run.ports.nowMs() < endMs) return { pod, evicted: true, atMs: run.ports.nowMs() + pollMs }
  fail(
    new KubectlError(
      `error when waiting for pod ${JSON.stringify(pod.name)} in namespace ${JSON.stringify(namespaceOf(found) ?? '')} to terminate: global timeout reached: ${goDuration(way.timeoutMs)}`,
    ),
  )
  return undefined
}

/** As Go prints a Duration of whole seconds: `1m30s`. */
export function goDuration(ms: number): string {
  const seconds = ms / 1000
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  if (h > 0) return `${h}h${m}m${s}s`
  return m > 0 ? `${m}m${s}s` : `${s}s`
}
