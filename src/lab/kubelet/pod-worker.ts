import type { KubeClient } from '#lab/api/client.ts'
import type { Pod } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import { KubeError, KubeUnreachable } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { Mailbox } from '#lab/kernel/mailbox.ts'
import { type Kubelet, nextRelistMs, podReference } from '#lab/kubelet/context.ts'
import { PodEnd } from '#lab/kubelet/pod-end.ts'
import type { PodFailure } from '#lab/kubelet/pod-status.ts'
import { PodSync, type SyncOutcome } from '#lab/kubelet/pod-sync.ts'
import { PodProbes } from '#lab/kubelet/prober.ts'
import { gatesMoved } from '#lab/kubelet/readiness-gates.ts'
import { CriError } from '#lab/runtime/cri-error.ts'

/** How a pod's end was asked for. */
interface End {
  /** undefined: the pod's own. */
  readonly graceMs: number | undefined
  /** false: the API has forgotten the pod already, or never knew it. */
  readonly tellApi: boolean
}

/**
 * One pod's thread: syncs it whenever something about it changed, again after 10–15 s when that failed, and ends it
 * (kubernetes/kubernetes:pkg/kubelet/pod_workers.go). The sync that comes by itself, 60 to 90 s after the last one, is carried out
 * when something in the pod's volumes has changed; otherwise it would change nothing.
 */
export class PodWorker {
  readonly #kubelet: Kubelet
  readonly #wake: Mailbox<void>
  readonly #probes: PodProbes
  readonly #startTimeMs: number
  #pod: Pod
  #end: End | undefined
  #relistMs = -1
  #syncedMs = 0
  #task: Task | undefined
  #failure: PodFailure | undefined
  #mountWait: { sinceMs: number; failures: number } | undefined

  constructor(kubelet: Kubelet, pod: Pod, startTimeMs: number) {
    this.#kubelet = kubelet
    this.#pod = pod
    this.#startTimeMs = startTimeMs
    this.#wake = new Mailbox(kubelet.kernel)
    this.#probes = new PodProbes(kubelet, () => this.#wake.put())
  }

  get pod(): Pod {
    return this.#pod
  }

  /** `ended` is called once, when the pod is gone from this machine. */
  start(p: Process, ended: () => void): void {
    this.#task = p.thread(`pod ${this.#pod.metadata.name}`, async (self) => {
      await this.#run(self)
      ended()
    })
  }

  /** The pod as the API or its file has it now. */
  update(pod: Pod): void {
    const before = this.#pod
    this.#pod = pod
    if (pod.metadata.deletionTimestamp !== undefined && this.#end === undefined) {
      const graceMs = Math.max(1, pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000
      this.#end = { graceMs, tellApi: true }
      this.#wake.put()
    } else if (
      before.spec !== pod.spec ||
      before.metadata.labels !== pod.metadata.labels ||
      gatesMoved(before, pod)
    )
      this.#wake.put()
  }

  /** Ends the pod at once, for good; the API keeps it with this status. */
  fail(failure: PodFailure): void {
    this.#failure = failure
    this.#wake.put()
  }

  /** It is no longer wanted here. */
  remove(o: { readonly graceMs?: number } = {}): void {
    this.#end = { graceMs: o.graceMs ?? this.#end?.graceMs, tellApi: false }
    this.#wake.put()
  }

  /** The runtime changed something of it: to be seen at the next relist. */
  relist(): void {
    const dueMs = nextRelistMs(this.#kubelet)
    if (this.#relistMs === dueMs) return
    this.#relistMs = dueMs
    this.#task?.after(dueMs - this.#kubelet.kernel.nowMs, () => this.#wake.put())
  }

  /** A volume is not what it should be: at the next of the syncs that come by themselves. */
  #syncSoon(self: Process): void {
    const everyMs = jittered(self, 60_000)
    const sinceMs = this.#kubelet.kernel.nowMs - this.#syncedMs
    this.#task?.after(everyMs - (sinceMs % everyMs), () => this.#wake.put())
  }

  async #run(self: Process): Promise<void> {
    const kube = this.#kubelet.kubeFor(self)
    const sync = new PodSync(this.#kubelet, {
      probes: this.#probes,
      startTimeMs: this.#startTimeMs,
      outdated: () => this.#syncSoon(self),
    })
    this.#admit()
    this.#endInTime()
    if (this.#failure === undefined) this.#probes.start(self, this.#pod, () => sync.address(this.#pod))
    while (this.#end === undefined) {
      if (this.#failure !== undefined) {
        sync.fail(this.#failure)
        this.#probes.stop()
      }
      const waitMs = await this.#sync(self, kube, sync)
      if (this.#end === undefined)
        await this.#wake.take(self.task, waitMs === undefined ? {} : { timeoutMs: waitMs })
    }
    this.#probes.stop()
    await this.#finish(self, sync)
    this.#kubelet.objects.unregister(this.#pod.metadata.uid)
  }

  /** HandlePodAdditions: what has ended needs no room. */
  #admit(): void {
    if (hasEnded(this.#pod)) return
    this.#failure = this.#kubelet.refuses(this.#pod)
    if (this.#failure === undefined) return
    const { reason, message, event } = this.#failure
    const about = podReference(this.#pod)
    this.#kubelet.events.record({ about, type: 'Warning', reason, message: event ?? message })
  }

  /** pkg/kubelet/active_deadline.go: looked at once a second. */
  #endInTime(): void {
    const { activeDeadlineSeconds: seconds } = this.#pod.spec
    if (seconds === undefined) return
    const message = 'Pod was active on the node longer than the specified deadline'
    const reason = 'DeadlineExceeded'
    this.#task?.after(this.#startTimeMs + seconds * 1000 - this.#kubelet.kernel.nowMs, () => {
      const { phase } = this.#kubelet.statuses.get(this.#pod.metadata.uid) ?? this.#pod.status
      if (
        this.#end !== undefined ||
        this.#failure !== undefined ||
        phase === 'Failed' ||
        phase === 'Succeeded'
      )
        return
      this.#kubelet.events.record({ about: podReference(this.#pod), type: 'Normal', reason, message })
      this.fail({ reason, message, disrupted: true, late: true })
    })
  }

  /** Answers in how many ms to try again by itself; undefined: only when something happens. */
  async #sync(self: Process, kube: KubeClient, sync: PodSync): Promise<number | undefined> {
    const outcome = await this.#guarded(() => sync.sync(self, kube, this.#pod))
    this.#syncedMs = this.#kubelet.kernel.nowMs
    switch (outcome.kind) {
      case 'settled':
        this.#mountWait = undefined
        return sync.refreshMs === undefined
          ? undefined
          : Math.max(1000, sync.refreshMs - this.#kubelet.p.now())
      case 'volumes':
        return this.#waitForVolumes(outcome.unmounted)
      case 'network-not-ready':
        return jittered(self, 1000)
      case 'error':
        this.#logFailure(outcome.says)
        return jittered(self, 10_000)
    }
  }

  /** Half a second, doubled up to two minutes; every 2 min 3 s the pod says that it still waits. */
  #waitForVolumes(unmounted: readonly string[]): number {
    const { nowMs } = this.#kubelet.kernel
    const waiting = this.#mountWait ?? { sinceMs: nowMs, failures: 0 }
    this.#mountWait = waiting
    if (nowMs - waiting.sinceMs >= mountTimeoutMs) {
      waiting.sinceMs = nowMs
      const volumes = `unmounted volumes=[${unmounted.join(' ')}], unattached volumes=[], failed to process volumes=[]`
      const late =
        this.#kubelet.minor >= 29 ? 'context deadline exceeded' : 'timed out waiting for the condition'
      const message = `Unable to attach or mount volumes: ${volumes}: ${late}`
      this.#kubelet.events.record({
        about: podReference(this.#pod),
        type: 'Warning',
        reason: 'FailedMount',
        message,
      })
    }
    return Math.min(500 * 2 ** waiting.failures++, 122_000)
  }

  async #finish(self: Process, sync: PodSync): Promise<void> {
    const end = new PodEnd(this.#kubelet, sync)
    for (;;) {
      const asked = this.#end
      if (asked === undefined) return
      const outcome = await this.#guarded(() => end.run(self, this.#pod, asked))
      if (outcome.kind === 'settled') return
      if (outcome.kind === 'error') this.#logFailure(outcome.says)
      await this.#wake.take(self.task, { timeoutMs: jittered(self, 10_000) })
    }
  }

  async #guarded(act: () => Promise<SyncOutcome>): Promise<SyncOutcome> {
    try {
      return await act()
    } catch (error) {
      if (error instanceof CriError || error instanceof KubeError || error instanceof KubeUnreachable) {
        return { kind: 'error', says: error.message }
      }
      throw error
    }
  }

  #logFailure(says: string): void {
    const { namespace, name, uid } = this.#pod.metadata
    this.#kubelet.klog.error('pod_workers.go:1301', 'Error syncing pod, skipping', {
      err: says,
      pod: `${namespace}/${name}`,
      podUID: uid,
    })
  }
}

const mountTimeoutMs = 123_000

/** Between `ms` and one and a half times that: wait.Jitter(backOffPeriod, 0.5). */
const jittered = (self: Process, ms: number): number => Math.round(ms * (1 + self.random.next() / 2))
