/**
 * The default scheduler: kubernetes/kubernetes:pkg/scheduler. Filters as its default profile does, prefers an even spread and the node
 * with the fewest pods, and drives away pods of lower priority where that helps. A pod that fits nowhere is tried again when a node
 * changes or a pod goes, after its back-off (1 s to 10 s), and every five minutes.
 *
 * Not imitated: scheduling gates, preferred affinities, other scores, profiles, queueing hints.
 */

import { rfc3339 } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { Informer } from '#lab/api/informer.ts'
import type { KubeObject, Node, PersistentVolume, Pod, StorageClass, VolumeClaim } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { objectKey, placing } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'
import { SchedulerCache } from '#lab/controllers/scheduler-cache.ts'
import { boundNode, Fit } from '#lab/controllers/scheduler-fit.ts'
import { type Preemption, preemption, type Verdict } from '#lab/controllers/scheduler-preempt.ts'
import { NodeSample } from '#lab/controllers/scheduler-sample.ts'
import { unasked, unavailable } from '#lab/controllers/scheduler-text.ts'
import { ClaimedVolumes, type StorageView } from '#lab/controllers/scheduler-volumes.ts'
import { claimsOf } from '#lab/controllers/volume-protection.ts'
import type { Act, SeriesRecorder } from '#lab/kubelet/series-recorder.ts'

const firstBackoffMs = 1000
const longestBackoffMs = 10_000
/** How long a pod may wait without anything that makes it fit (podMaxInUnschedulablePodsDuration). */
const flushMs = 300_000

interface Waiting {
  readonly tries: number
  readonly untilMs: number
  /** What may make it fit: only a change of storage, only one of nodes and pods, or either. */
  readonly why: 'claims' | 'nodes' | 'both'
}

export function startScheduler(kit: ControllerKit): void {
  const cache = new SchedulerCache()
  const waiting = new Map<string, Waiting>()
  const sample = new NodeSample()
  const retryWaiting = (which: (one: Waiting) => boolean = () => true): void => {
    const now = kit.p.now()
    for (const [key, one] of waiting)
      if (!which(one)) continue
      else if (one.untilMs > now) queue.addAfter(key, one.untilMs - now)
      else queue.add(key)
  }
  const pods = kit.cache<Pod>(resources.pods, (change) => {
    const { type, object } = change
    const key = objectKey(object)
    cache.apply(change)
    if (type === 'DELETED') waiting.delete(key)
    else if (isMine(object) && !waiting.has(key)) queue.add(key)
    const leaves = object.spec.nodeName !== undefined && (type === 'DELETED' || hasEnded(object))
    if (leaves && waiting.size > 0) retryWaiting(({ why }) => why !== 'claims')
  })
  const nodes = kit.cache<Node>(resources.nodes, ({ object, previous }) => {
    if (previous !== undefined && offered(object) === offered(previous)) return
    retryWaiting()
  })
  const recorder = kit.seriesRecorder('default-scheduler')
  const storage = storageOf(kit, () => retryWaiting(({ why }) => why !== 'nodes'))
  const wait = (key: string, why: Waiting['why']): void => {
    const tries = (waiting.get(key)?.tries ?? 0) + 1
    const backoffMs = Math.min(firstBackoffMs * 2 ** (tries - 1), longestBackoffMs)
    waiting.set(key, { tries, untilMs: kit.p.now() + backoffMs, why })
    queue.addAfter(key, flushMs)
  }
  const queue = kit.controller('scheduler', [pods, nodes, ...storage.caches], async (key, kube) => {
    const pod = pods.get(key)
    if (pod === undefined || !isMine(pod) || cache.isAssumed(pod)) return
    // Several things have changed in its back-off: it is tried once for all of them.
    if ((waiting.get(key)?.untilMs ?? 0) > kit.p.now()) return
    // The room kept for it is its own.
    const kept = cache.forget(pod)
    const volumes = claimsOf(pod).length === 0 ? undefined : new ClaimedVolumes(pod, storage)
    if (volumes?.refusal !== undefined) {
      wait(key, 'claims')
      const message = unasked(nodes.list().length, volumes.refusal)
      recorder.record(failed(pod, message))
      return markUnschedulable(kube, pod, { message, nominated: undefined, nowMs: kit.p.now() })
    }
    const fit = new Fit(pod, {
      nodes: nodes.list(),
      cache,
      ...(volumes === undefined ? {} : { volumes }),
    })
    const only = boundNode(pod)
    const named = only === undefined ? undefined : nodes.get(only)
    const fits = (node: Node): boolean => fit.misfit(node) === undefined
    const best = fit.best(
      only === undefined ? sample.find(nodes.list(), fits) : named && fits(named) ? [named] : [],
    )
    if (best !== undefined) {
      waiting.delete(key)
      await volumes?.reserve(kube, best)
      cache.assume(pod, best.metadata.name)
      return bindOrForget(kube, pod, best.metadata.name, { cache, recorder })
    }
    wait(key, volumes === undefined ? 'nodes' : 'both')
    const verdicts = nodes.list().map((node): Verdict => ({ node, misfit: verdictOf(fit, node, only) }))
    const way = preemption(pod, fit, verdicts)
    const found = 'found' in way ? way.found : undefined
    const whys = verdicts.map(({ misfit }) => misfit.reasons)
    const message = unavailable(whys, 'found' in way ? undefined : way.reasons)
    const room = found?.node.metadata.name ?? kept
    if (room !== undefined) cache.keep(pod, room)
    recorder.record(failed(pod, message))
    await markUnschedulable(kube, pod, { message, nominated: found?.node.metadata.name, nowMs: kit.p.now() })
    if (found === undefined) return
    await driveAway(kube, pod, found, { recorder, nowMs: kit.p.now() })
  })
}

/** What the scheduler knows of storage; `changed` is called when a pod may fit because of it. */
function storageOf(
  kit: ControllerKit,
  changed: () => void,
): StorageView & { readonly caches: readonly Informer<KubeObject>[] } {
  const claims = kit.cache<VolumeClaim>(resources.volumeClaims, changed)
  const volumes = kit.cache<PersistentVolume>(resources.volumes, changed)
  const classes = kit.cache<StorageClass>(resources.storageClasses, changed)
  return {
    caches: [claims, volumes, classes],
    claim: (key) => claims.get(key),
    volume: (name) => volumes.get(name),
    volumes: () => volumes.list(),
    storageClass: (name) => classes.get(name),
  }
}

const isMine = ({ spec, metadata }: Pod): boolean =>
  spec.nodeName === undefined &&
  metadata.deletionTimestamp === undefined &&
  (spec.schedulerName ?? 'default-scheduler') === 'default-scheduler'

/** What of a node could make a pod fit. */
const offered = (node: Node): string => `${placing(node)} ${JSON.stringify(node.status.allocatable)}`

/** A node beside the one that a pod is bound to is not even asked. */
const verdictOf = (fit: Fit, node: Node, only: string | undefined) =>
  only !== undefined && node.metadata.name !== only
    ? { reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"], final: true }
    : (fit.misfit(node) ?? { reasons: [], final: true })

const failed = (pod: Pod, message: string): Act => ({
  about: about(pod),
  type: 'Warning',
  reason: 'FailedScheduling',
  action: 'Scheduling',
  message,
})

async function bindOrForget(
  kube: KubeClient,
  pod: Pod,
  node: string,
  { cache, recorder }: { readonly cache: SchedulerCache; readonly recorder: SeriesRecorder },
): Promise<void> {
  try {
    await bind(kube, pod, node)
    const message = `Successfully assigned ${objectKey(pod)} to ${node}`
    recorder.record({ about: about(pod), type: 'Normal', reason: 'Scheduled', action: 'Binding', message })
  } catch (error) {
    cache.forget(pod)
    if (!isKubeError(error, 'NotFound')) throw error
  }
}

const bind = (kube: KubeClient, pod: Pod, node: string): Promise<unknown> =>
  kube.post({ type: resources.pods, ...space(pod), name: pod.metadata.name }, 'binding', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: pod.metadata.name, ...space(pod) },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  })

async function markUnschedulable(
  kube: KubeClient,
  pod: Pod,
  {
    message,
    nominated,
    nowMs,
  }: { readonly message: string; readonly nominated: string | undefined; readonly nowMs: number },
): Promise<void> {
  const before = pod.status.conditions?.find(({ type }) => type === 'PodScheduled')
  if (before?.status === 'False' && before.message === message && pod.status.nominatedNodeName === nominated)
    return
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : rfc3339(nowMs),
  }
  await kube.patch(
    { type: resources.pods, ...space(pod), name: pod.metadata.name },
    {
      type: 'strategic',
      body: {
        status: {
          conditions: [condition],
          ...(nominated === undefined ? {} : { nominatedNodeName: nominated }),
        },
      },
    },
    { subresource: 'status' },
  )
}

async function driveAway(
  kube: KubeClient,
  pod: Pod,
  { node, victims }: Preemption,
  { recorder, nowMs }: { readonly recorder: SeriesRecorder; readonly nowMs: number },
): Promise<void> {
  for (const victim of victims) {
    if (victim.metadata.deletionTimestamp !== undefined) continue
    const ref = { type: resources.pods, ...space(victim), name: victim.metadata.name }
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
      lastTransitionTime: rfc3339(nowMs),
    }
    const body = { status: { conditions: [condition] } }
    await unless('NotFound', kube.patch(ref, { type: 'strategic', body }, { subresource: 'status' }))
    await unless('NotFound', kube.delete(ref, { uid: victim.metadata.uid }))
    recorder.record({
      about: about(victim),
      type: 'Normal',
      reason: 'Preempted',
      action: 'Preempting',
      related: about(pod),
      message: `Preempted by pod ${pod.metadata.uid} on node ${node.metadata.name}`,
    })
  }
}
