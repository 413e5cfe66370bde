import type { Pod } from '#lab/api/objects.ts'
import type { Machine } from '#lab/host/ports.ts'
import { type Kubelet, podReference, podText } from '#lab/kubelet/context.ts'
import { emptyDirBytes } from '#lab/kubelet/empty-dirs.ts'
import { evictionMessage, isCriticalPod, ranked, type Usages } from '#lab/kubelet/eviction-rank.ts'
import { type Crossing, crossings, type Pressure } from '#lab/kubelet/eviction-signals.ts'
import { excessOf, hasLocalLimits } from '#lab/kubelet/local-limits.ts'
import type { PodFailure } from '#lab/kubelet/pod-status.ts'

/** A pressure stays told so long after it was last seen (evictionPressureTransitionPeriod). */
const transitionMs = 300_000

/** How often it is counted what is in volumes (`--volume-stats-agg-period`). */
const volumesMs = 60_000

export interface EvictionOptions {
  readonly kubelet: Kubelet
  readonly machine: Pick<Machine, 'memory' | 'disk'>
  readonly pods: () => readonly Pod[]
  /** Ends a pod at once, with this as its last status. */
  readonly fail: (pod: Pod, failure: PodFailure) => void
}

/**
 * Keeps the machine from running out of memory and disk: first dead containers and unused images go, then pods, one at a look
 * (kubernetes/kubernetes:pkg/kubelet/eviction/eviction_manager.go). Looked at every 10 s, with the node's status.
 *
 * Not imitated: soft thresholds, settings, pids, notifications of the memory cgroup. Of a pod that is evicted for what is in its emptyDirs while the node is short of disk the
 * message tells no more than the kubelet's does: what its containers used.
 */
export class EvictionManager {
  readonly #o: EvictionOptions
  readonly #seenMs = new Map<Pressure, number>()
  /** The last pod that was evicted: the next look waits until it is gone. */
  #ending: string | undefined
  #measuring = false
  /** When it was looked last whether pods keep to their limits. */
  #limitsMs = Number.NEGATIVE_INFINITY

  constructor(o: EvictionOptions) {
    this.#o = o
  }

  /** What the node's conditions tell. */
  get pressures(): ReadonlySet<Pressure> {
    const now = this.#o.kubelet.kernel.nowMs
    return new Set([...this.#seenMs].filter(([, seen]) => now - seen < transitionMs).map(([name]) => name))
  }

  /** Nothing is told, and no pod has a limit that it could come above. */
  get isCalm(): boolean {
    return this.pressures.size === 0 && !this.#o.pods().some(hasLocalLimits)
  }

  look(): void {
    const { kubelet, machine } = this.#o
    const found = crossings(machine)
    const now = kubelet.kernel.nowMs
    this.#lookAtLimits(now)
    for (const { pressure } of found) this.#seenMs.set(pressure, now)
    const [first] = found
    if (first === undefined) return
    kubelet.klog.warning('eviction_manager.go:376', 'Eviction manager: attempting to reclaim', {
      resourceName: first.resource,
    })
    kubelet.events.record({
      about: { kind: 'Node', name: kubelet.config.nodeName, uid: kubelet.config.nodeName },
      type: 'Warning',
      reason: 'EvictionThresholdMet',
      message: `Attempting to reclaim ${first.resource}`,
    })
    if (first.pressure !== 'disk') this.#evict(first, new Map())
    else if (!this.#reclaim(first) && !this.#measuring) this.#evictMeasured(first)
  }

  /** Why a pod may not start here now; undefined: it may. */
  refuses(pod: Pod): PodFailure | undefined {
    const pressures = this.pressures
    if (pressures.size === 0 || isCriticalPod(pod)) return undefined
    if (pressures.size === 1 && pressures.has('memory')) {
      const tolerates = (pod.spec.tolerations ?? []).some(
        ({ key, operator }) =>
          (key === 'node.kubernetes.io/memory-pressure' || key === undefined) && operator === 'Exists',
      )
      if (pod.status.qosClass !== 'BestEffort' || tolerates) return undefined
    }
    const names = [...pressures].map((each) => (each === 'memory' ? 'MemoryPressure' : 'DiskPressure')).sort()
    const why = `The node had condition: [${names.join(' ')}]. `
    return { reason: 'Evicted', message: `Pod was rejected: ${why}`, event: why, disrupted: false }
  }

  /** Deletes images that nobody uses. Answers whether that was enough. */
  #reclaim({ resource }: Crossing): boolean {
    const { kubelet, machine } = this.#o
    const { klog, runtime } = kubelet
    klog.info('eviction_manager.go:387', 'Eviction manager: must evict pod(s) to reclaim', {
      resourceName: resource,
    })
    if (runtime.isServing) runtime.removeUnusedImages()
    if (crossings(machine).length > 0) return false
    klog.info(
      'eviction_manager.go:397',
      'Eviction manager: able to reduce resource pressure without evicting pods.',
      {
        resourceName: resource,
      },
    )
    return true
  }

  /** Once it is known what is in whose volumes. */
  #evictMeasured(crossing: Crossing): void {
    this.#measuring = true
    this.#o.kubelet.p.thread('eviction', async ({ files }) => {
      const volumeBytes = new Map<string, number>()
      for (const pod of this.#active()) volumeBytes.set(pod.metadata.uid, await emptyDirBytes(files, pod))
      this.#measuring = false
      this.#evict(crossing, volumeBytes)
    })
  }

  /** Each of who is above his own limits goes, however much room there is. */
  #lookAtLimits(nowMs: number): void {
    const { kubelet } = this.#o
    const { runtime, p } = kubelet
    if (nowMs < this.#limitsMs + volumesMs || !runtime.isServing) return
    const limited = this.#active().filter((pod) => hasLocalLimits(pod) && !isCriticalPod(pod))
    if (limited.length === 0) return
    this.#limitsMs = nowMs
    p.thread('local limits', async ({ files }) => {
      for (const pod of limited) {
        const message = await excessOf(files, pod, { of: this.#usageOf })
        if (message !== undefined) this.#end(pod, { message, disrupted: false })
      }
    })
  }

  readonly #usageOf = (pod: Pod, container: string) =>
    this.#o.kubelet.runtime.usage(pod.metadata.uid, container)

  #end(pod: Pod, o: { readonly message: string; readonly disrupted: boolean }): void {
    const { kubelet, fail } = this.#o
    kubelet.events.record({
      about: podReference(pod),
      type: 'Warning',
      reason: 'Evicted',
      message: o.message,
    })
    kubelet.klog.info('eviction_manager.go:623', 'Eviction manager: pod is evicted successfully', {
      pod: podText(pod),
    })
    fail(pod, { reason: 'Evicted', ...o })
  }

  #active(): readonly Pod[] {
    return this.#o
      .pods()
      .filter(({ status, metadata }) => isActive(status) && metadata.deletionTimestamp === undefined)
  }

  #evict(crossing: Crossing, volumeBytes: Usages['volumeBytes']): void {
    const { klog, runtime } = this.#o.kubelet
    if (!runtime.isServing) return
    const active = this.#active()
    if (this.#ending !== undefined && active.some(({ metadata }) => metadata.uid === this.#ending)) return
    const usages = { of: this.#usageOf, volumeBytes }
    for (const pod of ranked(active, crossing, usages)) {
      if (isCriticalPod(pod)) {
        klog.error('eviction_manager.go:602', 'Eviction manager: cannot evict a critical pod', {
          pod: podText(pod),
        })
        continue
      }
      this.#ending = pod.metadata.uid
      this.#end(pod, { message: evictionMessage(pod, crossing, usages), disrupted: true })
      return
    }
    klog.info('eviction_manager.go:427', 'Eviction manager: unable to evict any pods from the node')
  }
}

const isActive = ({ phase }: Pod['status']): boolean => phase !== 'Failed' && phase !== 'Succeeded'
