import type { Pod } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import { stopContainer } from '#lab/kubelet/container-stop.ts'
import { type Kubelet, podReference } from '#lab/kubelet/context.ts'
import type { PodSync, SyncOutcome } from '#lab/kubelet/pod-sync.ts'
import { podDirectory } from '#lab/kubelet/pod-volumes.ts'
import { stopSandboxes } from '#lab/kubelet/sandbox-stop.ts'
import { sidecarsOf } from '#lab/kubelet/sidecars.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { ContainerInstance } from '#lab/runtime/records.ts'

/**
 * Ends a pod on this machine: containers (all at once), sandbox, last status, deletion from the API, files
 * (kubernetes/kubernetes:pkg/kubelet/kubelet.go `SyncTerminatingPod`, `SyncTerminatedPod`). While the CNI plugin refuses to take
 * the network down the pod stays.
 */
export class PodEnd {
  readonly #kubelet: Kubelet
  readonly #sync: PodSync | undefined

  /** Without `sync` nothing is told to the API: for what is left of pods that nobody wants. */
  constructor(kubelet: Kubelet, sync: PodSync | undefined) {
    this.#kubelet = kubelet
    this.#sync = sync
  }

  async run(
    self: Process,
    pod: Pod,
    o: { readonly graceMs: number | undefined; readonly tellApi: boolean },
  ): Promise<SyncOutcome> {
    const { runtime, statuses, machine } = this.#kubelet
    const { uid } = pod.metadata
    if (o.tellApi) this.#sync?.publish(pod)
    const running = runtime.containers(uid).filter(({ state }) => state === 'running')
    await this.#stopAll(self, pod, running, o.graceMs)
    const says = await stopSandboxes(this.#kubelet, self, pod)
    if (says !== undefined) {
      const message = `error killing pod: ${says}`
      this.#kubelet.events.record({
        about: podReference(pod),
        type: 'Warning',
        reason: 'FailedKillPod',
        message,
      })
      return { kind: 'error', says }
    }
    if (o.tellApi) {
      this.#sync?.publish(pod)
      statuses.finish(pod)
    } else statuses.forget(uid)
    for (const sandbox of runtime.sandboxes(uid)) await runtime.removeSandbox(sandbox.id)
    const directory = podDirectory(uid)
    if (await machine.files.exists(directory)) await machine.files.remove(directory, { recursive: true })
    return { kind: 'settled' }
  }

  /** All at once, and then the sidecars, the last one first, in what is left of the time (kuberuntime_termination_order.go). */
  async #stopAll(
    self: Process,
    pod: Pod,
    running: readonly ContainerInstance[],
    graceMs: number | undefined,
  ): Promise<void> {
    const { kernel, minor } = this.#kubelet
    const names = sidecarsOf(pod, minor).map(({ name }) => name)
    const wholeMs = graceMs ?? (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000
    const endMs = kernel.nowMs + wholeMs
    await this.#stopTogether(self, pod, {
      running: running.filter(({ name }) => !names.includes(name)),
      graceMs,
    })
    for (const name of names.toReversed()) {
      const instances = running.filter((each) => each.name === name)
      const leftMs = Math.max(endMs - kernel.nowMs, Math.min(wholeMs, 2000))
      await this.#stopTogether(self, pod, { running: instances, graceMs: leftMs })
    }
  }

  async #stopTogether(
    self: Process,
    pod: Pod,
    {
      running,
      graceMs,
    }: { readonly running: readonly ContainerInstance[]; readonly graceMs: number | undefined },
  ): Promise<void> {
    const stop = (by: Process, instance: ContainerInstance): Promise<void> =>
      stopContainer(this.#kubelet, by, {
        pod,
        instance,
        message: `Stopping container ${instance.name}`,
        graceMs,
      })
    const [first, ...others] = running
    if (first === undefined) return
    const troubles: CriError[] = []
    const aside = async (by: Process, instance: ContainerInstance): Promise<void> => {
      try {
        await stop(by, instance)
      } catch (error) {
        if (!(error instanceof CriError)) throw error
        troubles.push(error)
      }
    }
    const threads = others.map((instance) =>
      self.thread(`stop ${instance.name}`, (by) => aside(by, instance)),
    )
    await aside(self, first)
    for (const thread of threads) await thread.join(self.task)
    if (troubles[0] !== undefined) throw troubles[0]
  }
}
