import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import type { Kube } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { specHash } from '#lab/kubelet/container-config.ts'
import { type StartContext, startContainer } from '#lab/kubelet/container-start.ts'
import { stopContainer } from '#lab/kubelet/container-stop.ts'
import { isStaticPod, type Kubelet, podReference } from '#lab/kubelet/context.ts'
import { cgroupParentOf, podCgroupTrouble } from '#lab/kubelet/pod-cgroup.ts'
import type { EnvContext } from '#lab/kubelet/pod-env.ts'
import { PodObjects } from '#lab/kubelet/pod-objects.ts'
import { instancesOf, type PodFailure, podStatus, type StartTrouble } from '#lab/kubelet/pod-status.ts'
import { MountTrouble, type PreparedVolumes, prepareVolumes } from '#lab/kubelet/pod-volumes.ts'
import type { PodProbes } from '#lab/kubelet/prober.ts'
import type { HeldToken } from '#lab/kubelet/projected.ts'
import { stopSandboxes } from '#lab/kubelet/sandbox-stop.ts'
import { isSidecar } from '#lab/kubelet/sidecars.ts'
import { isSlice } from '#lab/runtime/cgroup-driver.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { ContainerInstance, Sandbox } from '#lab/runtime/records.ts'

/** How a sync ended, and so when the next one is due. */
export type SyncOutcome =
  | { readonly kind: 'settled' }
  /** `says` is the error as the journal shows it. */
  | { readonly kind: 'error'; readonly says: string }
  | { readonly kind: 'network-not-ready' }
  | { readonly kind: 'volumes'; readonly unmounted: readonly string[] }

/**
 * Brings one pod from what it is to what it should be, one step at a time
 * (kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_manager.go `computePodActions`, `SyncPod`).
 */
export class PodSync {
  readonly #kubelet: Kubelet
  readonly #probes: PodProbes
  readonly #troubles = new Map<string, StartTrouble>()
  readonly #startTimeMs: number
  #volumes: PreparedVolumes | undefined
  #failure: PodFailure | undefined
  #isOutdated = false
  readonly #tokens = new Map<string, HeldToken>()
  readonly #outdated: () => void

  /** `outdated`: what the volumes were filled from has changed; {@link sync} brings them up to date. */
  constructor(
    kubelet: Kubelet,
    o: { readonly probes: PodProbes; readonly startTimeMs: number; readonly outdated: () => void },
  ) {
    this.#kubelet = kubelet
    this.#probes = o.probes
    this.#startTimeMs = o.startTimeMs
    this.#outdated = o.outdated
  }

  /** The pod has failed, whatever its containers do: what still runs is stopped at the next sync. */
  fail(failure: PodFailure): void {
    this.#failure = failure
  }

  /** When mounted tokens have to be renewed, or a volume that could not be brought up to date is tried again. */
  get refreshMs(): number | undefined {
    return this.#volumes?.refreshMs
  }

  address(pod: Pod): string | undefined {
    if (pod.spec.hostNetwork) return this.#kubelet.hostIp
    return this.#kubelet.runtime.isServing
      ? this.#kubelet.runtime.sandboxes(pod.metadata.uid)[0]?.address
      : undefined
  }

  /**
   * Tells the API how the pod is; answers whether it is over, which the API is told once its sidecars have ended too (pkg/kubelet/status,
   * mergePodStatus). Rejects with CriError while the runtime is down.
   */
  publish(pod: Pod): { readonly isOver: boolean } {
    const { kernel, runtime, statuses, hostIp } = this.#kubelet
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
      troubles: this.#troubles,
      isStarted: (instance) => this.#probes.isStarted(instance),
      isReady: (instance) => this.#probes.isReady(instance),
      previous: statuses.get(pod.metadata.uid),
    })
    statuses.set(pod, status)
    for (const instance of instances) {
      if (instance.state === 'running' && this.#probes.isStarted(instance)) this.#probes.trigger(instance)
    }
    return { isOver }
  }

  async sync(self: Process, kube: Kube, pod: Pod): Promise<SyncOutcome> {
    const { runtime, networkTrouble } = this.#kubelet
    if (this.publish(pod).isOver) return this.#rest(self, pod)
    if (networkTrouble() !== '' && pod.spec.hostNetwork !== true) {
      this.#tell(pod, 'Warning', 'NetworkNotReady', `network is not ready: ${networkTrouble()}`)
      return { kind: 'network-not-ready' }
    }
    const objects = new PodObjects(kube, pod.metadata.namespace ?? 'default')
    const services = this.#kubelet.serviceEnv() ?? (isStaticPod(pod) ? {} : undefined)
    if (services === undefined) return { kind: 'error', says: servicesUnread }
    const { hostIp, p } = this.#kubelet
    const context = { pod, podIp: this.address(pod), hostIp, hostname: p.hostname, services, objects }
    const unmounted = await this.#mount(kube, context)
    if (unmounted !== undefined) return { kind: 'volumes', unmounted: [unmounted] }
    const cgroup = await this.#ensureCgroup(pod)
    if (cgroup !== undefined) return { kind: 'error', says: cgroup }
    const lost = await this.#killWithoutCgroup(self, pod)
    if (lost !== undefined) return { kind: 'error', says: lost }
    const instances = runtime.containers(pod.metadata.uid)
    const finishedMs = endTimes(instances)
    const sandbox = await this.#ensureSandbox(self, pod)
    if ('says' in sandbox) return { kind: 'error', says: sandbox.says }
    const podIp = pod.spec.hostNetwork ? this.#kubelet.hostIp : sandbox.sandbox.address
    const volumes = this.#volumes?.paths ?? new Map<string, string>()
    const started = await this.#containers(self, {
      ...context,
      podIp,
      volumes,
      sandbox: sandbox.sandbox,
      finishedMs,
    })
    await this.#prune(pod)
    return started
  }

  // ------------------------------------------------------------------------------------------ volumes

  /** Answers the volume that could not be mounted. */
  async #mount(kube: Kube, context: EnvContext): Promise<string | undefined> {
    const { machine, mounted, p } = this.#kubelet
    const nowMs = p.now()
    const isDue = (this.#volumes?.refreshMs ?? Number.POSITIVE_INFINITY) <= nowMs
    if (this.#volumes !== undefined && !isDue && !this.#isOutdated) return undefined
    this.#isOutdated = false
    try {
      this.#volumes = await prepareVolumes(machine.files, kube, {
        ...context,
        nowMs,
        tokens: this.#tokens,
      })
      mounted.note(context.pod.metadata.uid, context.objects.seen(), () => {
        if (this.#isOutdated) return
        this.#isOutdated = true
        this.#outdated()
      })
      return undefined
    } catch (error) {
      if (!(error instanceof MountTrouble)) throw error
      const says = `MountVolume.SetUp failed for volume "${error.volume}" : ${error.message}`
      if (this.#volumes === undefined || error.isMissing)
        this.#tell(context.pod, 'Warning', 'FailedMount', says)
      if (this.#volumes === undefined) return error.volume
      // What cannot be renewed now stays as it is.
      this.#volumes = { ...this.#volumes, refreshMs: nowMs + (error.isMissing ? remountMs : renewAgainMs) }
      return undefined
    }
  }

  // ------------------------------------------------------------------------------------------ sandbox

  /** Of a pod that runs it is there. */
  async #ensureCgroup(pod: Pod): Promise<string | undefined> {
    if (this.#kubelet.runtime.sandboxes(pod.metadata.uid)[0]?.ready) return undefined
    const trouble = await podCgroupTrouble(this.#kubelet, pod)
    if (trouble === undefined) return undefined
    this.#tell(
      pod,
      'Warning',
      'FailedCreatePodContainer',
      `unable to ensure pod container exists: ${trouble}`,
    )
    return `failed to ensure that the pod: ${pod.metadata.uid} cgroups exist and are correctly applied: ${trouble}`
  }

  /**
   * A pod that runs, and whose control group is not where this kubelet looks for it: another driver had made it. It is killed, and
   * made anew (pkg/kubelet/kubelet.go: SyncPod, `!pcm.Exists(pod) && !firstSync`).
   */
  async #killWithoutCgroup(self: Process, pod: Pod): Promise<string | undefined> {
    const { runtime, config } = this.#kubelet
    const [sandbox] = runtime.sandboxes(pod.metadata.uid)
    if (!sandbox?.ready || isSlice(sandbox.cgroupParent) === (config.cgroupDriver === 'systemd'))
      return undefined
    return this.#kill(self, pod)
  }

  async #ensureSandbox(
    self: Process,
    pod: Pod,
  ): Promise<{ readonly sandbox: Sandbox } | { readonly says: string }> {
    const { runtime } = this.#kubelet
    const all = runtime.sandboxes(pod.metadata.uid)
    const [newest] = all
    if (newest?.ready) return { sandbox: newest }
    if (newest !== undefined) {
      this.#tell(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.')
      const says = await stopSandboxes(this.#kubelet, self, pod)
      if (says !== undefined) return { says }
    }
    try {
      const sandbox = await runtime.runSandbox(self.task, {
        pod: {
          namespace: pod.metadata.namespace ?? 'default',
          name: pod.metadata.name,
          uid: pod.metadata.uid,
        },
        attempt: newest === undefined ? 0 : newest.attempt + 1,
        hostNetwork: pod.spec.hostNetwork === true,
        hostPid: pod.spec.hostPID === true,
        hostname: pod.spec.hostNetwork ? this.#kubelet.p.hostname : pod.metadata.name,
        cgroupParent: cgroupParentOf(pod, this.#kubelet.config.cgroupDriver),
      })
      return { sandbox }
    } catch (error) {
      if (!(error instanceof CriError)) throw error
      const at = this.#kubelet.minor >= 31 ? 'log.go:32' : 'remote_runtime.go:193'
      this.#kubelet.klog.error(at, 'RunPodSandbox from runtime service failed', { err: error.message })
      this.#tell(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${error.message}`)
      const id = `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`
      const says = `Failed to create sandbox for pod \\"${id}\\": ${error.message}`
      return { says: `failed to "CreatePodSandbox" for "${id}" with CreatePodSandboxError: "${says}"` }
    }
  }

  // --------------------------------------------------------------------------------------- containers

  async #containers(self: Process, context: Omit<StartContext, 'list'>): Promise<SyncOutcome> {
    const { pod, sandbox } = context
    const here = this.#kubelet.runtime
      .containers(pod.metadata.uid)
      .filter((instance) => instance.sandboxId === sandbox.id)
    // Before all others, once: what somebody adds to look into a pod that does not come up.
    const added = (pod.spec.ephemeralContainers ?? []).filter(
      ({ name }) => instancesOf(here, name)[0] === undefined,
    )
    if (added.length > 0) await this.#start(self, added, { ...context, list: 'ephemeralContainers' })
    const begun = pod.spec.containers.some(({ name }) => instancesOf(here, name)[0] !== undefined)
    const before = await this.#initContainers(self, context, { here, begun })
    if (before !== undefined && !begun) return before
    const doomed = pod.spec.containers.flatMap((def) => {
      const [newest] = instancesOf(here, def.name)
      const message = newest?.state === 'running' ? this.#whyKill(def, newest) : undefined
      return newest === undefined || message === undefined ? [] : [{ def, instance: newest, message }]
    })
    for (const each of doomed) await stopContainer(this.#kubelet, self, { pod, ...each })
    const missing = pod.spec.containers.filter((def) => {
      const [newest] = instancesOf(here, def.name)
      return doomed.some((each) => each.def === def) || this.#shouldStart(pod, newest)
    })
    const after = await this.#start(self, missing, { ...context, list: 'containers' })
    return before !== undefined && after.kind === 'settled' ? before : after
  }

  /** One step: what has to be waited for before the others may start, or what went wrong with one that stays; `undefined` when none. */
  async #initContainers(
    self: Process,
    context: Omit<StartContext, 'list'>,
    { here, begun }: { readonly here: readonly ContainerInstance[]; readonly begun: boolean },
  ): Promise<SyncOutcome | undefined> {
    const { pod } = context
    let trouble: SyncOutcome | undefined
    for (const def of pod.spec.initContainers ?? []) {
      const [newest] = instancesOf(here, def.name)
      const stays = isSidecar(def, this.#kubelet.minor)
      if (begun && !stays) continue
      if (!stays && newest?.state === 'exited' && newest.exitCode === 0) continue
      if (!stays && newest?.state === 'running') return { kind: 'settled' }
      const failed = newest?.state === 'running' ? this.#probes.failed(newest) : undefined
      if (newest !== undefined && failed !== undefined) {
        const message = `Init container ${def.name} failed ${failed} probe`
        await stopContainer(this.#kubelet, self, { pod, def, instance: newest, message })
      } else if (newest?.state === 'running') {
        if (begun || this.#probes.isStarted(newest)) continue
        return { kind: 'settled' }
      }
      const outcome = await this.#start(self, [def], { ...context, list: 'initContainers' })
      if (!begun) return outcome
      if (outcome.kind !== 'settled') trouble = outcome
    }
    return trouble
  }

  #whyKill(def: ContainerDef, instance: ContainerInstance): string | undefined {
    if (instance.labels.specHash !== specHash(def)) {
      return `Container ${def.name} definition changed, will be restarted`
    }
    const failed = this.#probes.failed(instance)
    return failed && `Container ${def.name} failed ${failed} probe, will be restarted`
  }

  #shouldStart(pod: Pod, newest: ContainerInstance | undefined): boolean {
    if (newest === undefined) return true
    if (newest.state !== 'exited') return false
    const policy = pod.spec.restartPolicy ?? 'Always'
    return policy === 'Always' || (policy === 'OnFailure' && newest.exitCode !== 0)
  }

  async #start(self: Process, defs: readonly ContainerDef[], context: StartContext): Promise<SyncOutcome> {
    const errors: string[] = []
    for (const def of defs) {
      const trouble = await startContainer(this.#kubelet, self, def, context)
      if (trouble === undefined) this.#troubles.delete(def.name)
      else {
        this.#troubles.set(def.name, trouble)
        errors.push(
          `failed to "StartContainer" for "${def.name}" with ${trouble.reason}: ${JSON.stringify(trouble.message)}`,
        )
      }
    }
    // The reasons show in the status at the next sync, as the real kubelet's reason cache makes them.
    if (errors.length === 0) return { kind: 'settled' }
    return { kind: 'error', says: errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]` }
  }

  /** One dead instance of each container is kept, and no sandbox without any (pkg/kubelet/container/container_gc.go). */
  async #prune(pod: Pod): Promise<void> {
    const { runtime } = this.#kubelet
    const all = runtime.containers(pod.metadata.uid)
    for (const name of new Set(all.map((instance) => instance.name))) {
      const dead = all.filter((instance) => instance.name === name && instance.state === 'exited')
      for (const instance of dead.slice(1)) runtime.removeContainer(instance.id)
    }
    const [, ...old] = runtime.sandboxes(pod.metadata.uid)
    for (const sandbox of old) {
      const used = runtime.containers(pod.metadata.uid).some(({ sandboxId }) => sandboxId === sandbox.id)
      if (!used) await runtime.removeSandbox(sandbox.id)
    }
  }

  /** A pod that has run to its end keeps nothing but its records. */
  async #rest(self: Process, pod: Pod): Promise<SyncOutcome> {
    const { runtime } = this.#kubelet
    const [sandbox] = runtime.sandboxes(pod.metadata.uid)
    if (!sandbox?.ready) return { kind: 'settled' }
    // What stayed beside a pod that has done its work gets its time.
    const says = await this.#kill(self, pod, this.#failure === undefined ? undefined : evictionGraceMs)
    return says === undefined ? { kind: 'settled' } : { kind: 'error', says }
  }

  /** Containers and sandbox; answers what failed. */
  async #kill(self: Process, pod: Pod, graceMs?: number): Promise<string | undefined> {
    const { runtime } = this.#kubelet
    for (const instance of runtime.containers(pod.metadata.uid)) {
      const def = definitionOf(pod, instance.name)
      const message = `Stopping container ${instance.name}`
      if (instance.state === 'running')
        await stopContainer(this.#kubelet, self, { pod, def, instance, message, graceMs })
    }
    return stopSandboxes(this.#kubelet, self, pod, 'newest')
  }

  #tell(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#kubelet.events.record({ about: podReference(pod), type, reason, message })
  }
}

/**
 * By container, when its newest ended instance ended. A container that is killed and restarted in one sync is not among them, so
 * the back-off of a liveness failure counts from the end of the instance before.
 */
function endTimes(instances: readonly ContainerInstance[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>()
  for (const { name, state, finishedMs } of instances) {
    if (state === 'exited' && !ends.has(name)) ends.set(name, finishedMs)
  }
  return ends
}

const renewAgainMs = 60_000
/** The longest back-off of an operation on a volume (pkg/util/goroutinemap/exponentialbackoff). */
const remountMs = 122_000

/** What a pod gets that has to go at once (pkg/kubelet/eviction: immediateEvictionGracePeriodSeconds). */
const evictionGraceMs = 1000

const servicesUnread = 'services have not yet been read at least once, cannot construct envvars'

/** Of a container, or of an init container that stays. */
export const definitionOf = ({ spec }: Pod, container: string): ContainerDef | undefined =>
  [...spec.containers, ...(spec.initContainers ?? [])].find(({ name }) => name === container)
