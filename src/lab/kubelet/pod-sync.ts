import type { Pod } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import type { Kube } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { removeRemains } from '#lab/kubelet/container-gc.ts'
import { endTimes } from '#lab/kubelet/container-start.ts'
import { isStaticPod, type Kubelet, podReference } from '#lab/kubelet/context.ts'
import { PodContainers } from '#lab/kubelet/pod-containers.ts'
import type { EnvContext } from '#lab/kubelet/pod-env.ts'
import { PodMounts } from '#lab/kubelet/pod-mounts.ts'
import { PodObjects } from '#lab/kubelet/pod-objects.ts'
import { ensureCgroup, ensureSandbox, killPod, killWithoutCgroup } from '#lab/kubelet/pod-sandbox.ts'
import { type PodFailure, podStatus } from '#lab/kubelet/pod-status.ts'
import type { PodProbes } from '#lab/kubelet/prober.ts'

/** How a sync ended, and so when the next one is due. */
export type SyncOutcome =
  | { readonly kind: 'settled' }
  /** `says` is the error as the journal shows it. */
  | { readonly kind: 'error'; readonly says: string }
  | { readonly kind: 'network-not-ready' }
  | { readonly kind: 'volumes'; readonly unmounted: readonly string[] }

/**
 * Brings one pod from what it is to what it should be, one step at a time
 * (kubernetes/kubernetes:pkg/kubelet/kubelet.go `SyncPod`, pkg/kubelet/kuberuntime/kuberuntime_manager.go `SyncPod`).
 */
export class PodSync {
  readonly #kubelet: Kubelet
  readonly #probes: PodProbes
  readonly #startTimeMs: number
  readonly #mounts: PodMounts
  readonly #containers: PodContainers
  #failure: PodFailure | undefined

  /** `outdated`: what the volumes were filled from has changed; {@link sync} brings them up to date. */
  constructor(
    kubelet: Kubelet,
    o: { readonly probes: PodProbes; readonly startTimeMs: number; readonly outdated: () => void },
  ) {
    this.#kubelet = kubelet
    this.#probes = o.probes
    this.#startTimeMs = o.startTimeMs
    this.#mounts = new PodMounts(kubelet, o.outdated)
    this.#containers = new PodContainers(kubelet, o.probes)
  }

  /** The pod has failed, whatever its containers do: what still runs is stopped at the next sync. */
  fail(failure: PodFailure): void {
    this.#failure = failure
  }

  /** When the pod's volumes want a sync by themselves. */
  get refreshMs(): number | undefined {
    return this.#mounts.refreshMs
  }

  address(pod: Pod): string | undefined {
    if (pod.spec.hostNetwork) return this.#kubelet.hostIp
    return this.#kubelet.runtime.isServing
      ? this.#kubelet.runtime.sandboxes(pod.metadata.uid)[0]?.address
      : undefined
  }

  /**
   * Tells the API how the pod is; answers whether it is over, which the API is told once its sidecars have ended too (pkg/kubelet/status,
   * mergePodStatus). What had ended before this kubelet began stays as it is, for ever. Rejects with CriError while the runtime is down.
   */
  publish(pod: Pod): { readonly isOver: boolean } {
    const { kernel, runtime, statuses, hostIp } = this.#kubelet
    const previous = statuses.get(pod.metadata.uid)
    if (previous === undefined && hasEnded(pod)) return { isOver: true }
    const instances = runtime.containers(pod.metadata.uid)
    const { status, isOver } = podStatus({
      pod,
      failure: this.#failure,
      hostIp,
      runtime: runtime.brand.name,
      minor: this.#kubelet.minor,
      nowMs: kernel.nowMs,
      startTimeMs: this.#startTimeMs,
      sandbox: runtime.sandboxes(pod.metadata.uid)[0],
      instances,
      troubles: this.#containers.troubles,
      isStarted: (instance) => this.#probes.isStarted(instance),
      isReady: (instance) => this.#probes.isReady(instance),
      previous,
    })
    statuses.set(pod, status)
    for (const instance of instances) {
      if (instance.state === 'running' && this.#probes.isStarted(instance)) this.#probes.trigger(instance)
    }
    return { isOver }
  }

  /**
   * One round: status, volumes, control group, sandbox, containers; it ends early at what is not ready. Rejects with CriError while
   * the runtime is down, with KubeError or KubeUnreachable when the API does not give what a container needs.
   */
  async sync(self: Process, kube: Kube, pod: Pod): Promise<SyncOutcome> {
    const kubelet = this.#kubelet
    if (this.publish(pod).isOver) return this.#rest(self, pod)
    const networkTrouble = kubelet.networkTrouble()
    if (networkTrouble !== '' && pod.spec.hostNetwork !== true) {
      const message = `network is not ready: ${networkTrouble}`
      kubelet.events.record({ about: podReference(pod), type: 'Warning', reason: 'NetworkNotReady', message })
      return { kind: 'network-not-ready' }
    }
    const context = this.#context(self, pod)
    if (context === undefined) return ended(servicesUnread)
    const unmounted = await this.#mounts.ensure(kube, context)
    if (unmounted !== undefined) return { kind: 'volumes', unmounted: [unmounted] }
    const lost = (await ensureCgroup(kubelet, pod)) ?? (await killWithoutCgroup(kubelet, self, pod))
    if (lost !== undefined) return ended(lost)
    const finishedMs = endTimes(kubelet.runtime.containers(pod.metadata.uid))
    const made = await ensureSandbox(kubelet, self, pod)
    if ('says' in made) return ended(made.says)
    const { sandbox } = made
    const podIp = pod.spec.hostNetwork ? kubelet.hostIp : sandbox.address
    const volumes = this.#mounts.paths
    const says = await this.#containers.step(self, { ...context, podIp, volumes, sandbox, finishedMs })
    await removeRemains(kubelet.runtime, pod)
    return ended(says)
  }

  /** undefined: a pod of the API waits until the Services were read once. */
  #context(self: Process, pod: Pod): EnvContext | undefined {
    const { hostIp, objects: known, p } = this.#kubelet
    const services = this.#kubelet.serviceEnv() ?? (isStaticPod(pod) ? {} : undefined)
    if (services === undefined) return undefined
    known.register(pod)
    const objects = new PodObjects(known, self, pod.metadata.namespace ?? 'default')
    return { pod, podIp: this.address(pod), hostIp, hostname: p.hostname, services, objects }
  }

  /** A pod that has run to its end keeps nothing but its records. */
  async #rest(self: Process, pod: Pod): Promise<SyncOutcome> {
    const [sandbox] = this.#kubelet.runtime.sandboxes(pod.metadata.uid)
    if (!sandbox?.ready) return { kind: 'settled' }
    // What stayed beside a pod that has done its work gets its time.
    const graceMs = this.#failure === undefined || this.#failure.late ? undefined : evictionGraceMs
    return ended(await killPod(this.#kubelet, self, pod, { graceMs }))
  }
}

const ended = (says: string | undefined): SyncOutcome =>
  says === undefined ? { kind: 'settled' } : { kind: 'error', says }

/** What a pod gets that has to go at once (pkg/kubelet/eviction: immediateEvictionGracePeriodSeconds). */
const evictionGraceMs = 1000

const servicesUnread = 'services have not yet been read at least once, cannot construct envvars'
