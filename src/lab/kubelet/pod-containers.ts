import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import { specHash } from '#lab/kubelet/container-config.ts'
import { type StartContext, startContainer } from '#lab/kubelet/container-start.ts'
import { stopContainer } from '#lab/kubelet/container-stop.ts'
import type { Kubelet } from '#lab/kubelet/context.ts'
import { instancesOf, type StartTrouble } from '#lab/kubelet/pod-status.ts'
import type { PodProbes } from '#lab/kubelet/prober.ts'
import { isSidecar } from '#lab/kubelet/sidecars.ts'
import type { ContainerInstance } from '#lab/runtime/records.ts'

type Context = Omit<StartContext, 'list'>

/** How far the init containers are. */
interface Preparation {
  /** The pod's containers may start; once one of them has, they always may. */
  readonly isOver: boolean
  /** What went wrong with the last that could not be started. */
  readonly says?: string | undefined
}

/**
 * Which of a pod's containers are started and which are killed
 * (kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_manager.go `computePodActions`).
 */
export class PodContainers {
  readonly #kubelet: Kubelet
  readonly #probes: PodProbes
  readonly #troubles = new Map<string, StartTrouble>()

  constructor(kubelet: Kubelet, probes: PodProbes) {
    this.#kubelet = kubelet
    this.#probes = probes
  }

  /** What kept each container from starting at its last attempt: in the status at the next sync, as kubelet's reason cache has it. */
  get troubles(): ReadonlyMap<string, StartTrouble> {
    return this.#troubles
  }

  /** One step towards all of them running; answers what failed. Rejects with CriError while the runtime is down. */
  async step(self: Process, context: Context): Promise<string | undefined> {
    const { pod, sandbox } = context
    const here = this.#kubelet.runtime
      .containers(pod.metadata.uid)
      .filter((instance) => instance.sandboxId === sandbox.id)
    const newestOf = (def: ContainerDef): ContainerInstance | undefined => instancesOf(here, def.name)[0]
    // Before all others, once: what somebody adds to look into a pod that does not come up.
    const added = (pod.spec.ephemeralContainers ?? []).filter((def) => newestOf(def) === undefined)
    if (added.length > 0) await this.#start(self, added, { ...context, list: 'ephemeralContainers' })
    const begun = pod.spec.containers.some((def) => newestOf(def) !== undefined)
    const before = await this.#prepare(self, context, { newestOf, begun })
    if (!before.isOver) return before.says
    const doomed = pod.spec.containers.flatMap((def) => {
      const newest = newestOf(def)
      const message = newest?.state === 'running' ? this.#whyKill(def, newest) : undefined
      return newest === undefined || message === undefined ? [] : [{ def, instance: newest, message }]
    })
    for (const { instance, message } of doomed)
      await stopContainer(this.#kubelet, self, { pod, instance, message })
    const missing = pod.spec.containers.filter(
      (def) => doomed.some((each) => each.def === def) || shouldStart(pod, newestOf(def)),
    )
    const says = await this.#start(self, missing, { ...context, list: 'containers' })
    return says ?? before.says
  }

  /** The first init container that is not done, or all that stay once the pod's containers have `begun`. */
  async #prepare(
    self: Process,
    context: Context,
    o: {
      readonly newestOf: (def: ContainerDef) => ContainerInstance | undefined
      readonly begun: boolean
    },
  ): Promise<Preparation> {
    const { begun } = o
    let trouble: string | undefined
    for (const def of context.pod.spec.initContainers ?? []) {
      const newest = o.newestOf(def)
      const stays = isSidecar(def, this.#kubelet.minor)
      if (begun && !stays) continue
      if (!stays && newest?.state === 'exited' && newest.exitCode === 0) continue
      if (!stays && newest?.state === 'running') return { isOver: false }
      const failed = newest?.state === 'running' ? this.#probes.failed(newest) : undefined
      if (newest !== undefined && failed !== undefined) {
        const message = `Init container ${def.name} failed ${failed} probe`
        await stopContainer(this.#kubelet, self, { pod: context.pod, instance: newest, message })
      } else if (newest?.state === 'running') {
        if (begun || this.#probes.isStarted(newest)) continue
        return { isOver: false }
      }
      const says = await this.#start(self, [def], { ...context, list: 'initContainers' })
      if (!begun) return { isOver: false, says }
      trouble = says ?? trouble
    }
    return { isOver: true, says: trouble }
  }

  #whyKill(def: ContainerDef, instance: ContainerInstance): string | undefined {
    if (instance.labels.specHash !== specHash(def)) {
      return `Container ${def.name} definition changed, will be restarted`
    }
    const failed = this.#probes.failed(instance)
    return failed && `Container ${def.name} failed ${failed} probe, will be restarted`
  }

  /** Answers why those that do not run could not be started. */
  async #start(
    self: Process,
    defs: readonly ContainerDef[],
    context: StartContext,
  ): Promise<string | undefined> {
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
    return errors.length > 1 ? `[${errors.join(', ')}]` : errors[0]
  }
}

function shouldStart({ spec }: Pod, newest: ContainerInstance | undefined): boolean {
  if (newest === undefined) return true
  if (newest.state !== 'exited') return false
  const policy = spec.restartPolicy ?? 'Always'
  return policy === 'Always' || (policy === 'OnFailure' && newest.exitCode !== 0)
}
