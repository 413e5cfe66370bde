import type { ContainerDef, Pod, Probe } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import { Look } from '#lab/host/process/look.ts'
import { machineOf } from '#lab/host/process/process.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { type Again, Mailbox } from '#lab/kernel/mailbox.ts'
import { fieldPath, type Kubelet, podReference } from '#lab/kubelet/context.ts'
import { instancesOf } from '#lab/kubelet/pod-status.ts'
import { runProbe } from '#lab/kubelet/probe-run.ts'
import { sidecarsOf } from '#lab/kubelet/sidecars.ts'
import type { ContainerInstance } from '#lab/runtime/records.ts'

type ProbeKind = 'readiness' | 'liveness' | 'startup'

const titles: Readonly<Record<ProbeKind, string>> = {
  readiness: 'Readiness',
  liveness: 'Liveness',
  startup: 'Startup',
}

/**
 * The probes of one pod, each on a thread and a beat of its own
 * (kubernetes/kubernetes:pkg/kubelet/prober/{prober_manager,worker}.go).
 */
export class PodProbes {
  readonly #kubelet: Kubelet
  readonly #changed: () => void
  /** Verdicts by container instance. */
  readonly #verdicts = new Map<string, boolean>()
  readonly #triggers = new Map<string, Mailbox<void>>()
  readonly #kinds = new Map<string, Set<ProbeKind>>()
  #tasks: Task[] = []

  /** `changed` is called when a verdict did. */
  constructor(kubelet: Kubelet, changed: () => void) {
    this.#kubelet = kubelet
    this.#changed = changed
  }

  start(p: Process, pod: Pod, podIp: () => string | undefined): void {
    for (const def of [...pod.spec.containers, ...sidecarsOf(pod, this.#kubelet.minor)]) {
      const probes = probesOf(def)
      if (probes.length > 0) this.#kinds.set(def.name, new Set(probes.map(([kind]) => kind)))
      for (const [kind, probe] of probes) {
        const trigger = new Mailbox<void>(this.#kubelet.kernel)
        this.#triggers.set(`${kind} ${def.name}`, trigger)
        this.#tasks.push(
          p.thread(`${kind}-${def.name}`, (self) =>
            this.#run(self, { pod, def, kind, probe, trigger, podIp }),
          ),
        )
      }
    }
  }

  stop(): void {
    for (const task of this.#tasks) task.stop()
    this.#tasks = []
  }

  isReady(instance: ContainerInstance): boolean {
    return !this.#has(instance.name, 'readiness') || this.#verdicts.get(`readiness ${instance.id}`) === true
  }

  isStarted(instance: ContainerInstance): boolean {
    return !this.#has(instance.name, 'startup') || this.#verdicts.get(`startup ${instance.id}`) === true
  }

  /** Which probe wants this instance killed. */
  failed(instance: ContainerInstance): 'liveness' | 'startup' | undefined {
    if (this.#verdicts.get(`liveness ${instance.id}`) === false) return 'liveness'
    return this.#verdicts.get(`startup ${instance.id}`) === false ? 'startup' : undefined
  }

  /** A container that started but is not ready is looked at once, out of turn. */
  trigger(instance: ContainerInstance): void {
    if (!this.isReady(instance)) this.#triggers.get(`readiness ${instance.name}`)?.put()
  }

  #has(name: string, kind: ProbeKind): boolean {
    return this.#kinds.get(name)?.has(kind) ?? false
  }

  async #run(self: Process, o: Probed & { readonly trigger: Mailbox<void> }): Promise<void> {
    const { kernel, startedMs } = this.#kubelet
    const periodMs = (o.probe.periodSeconds ?? 10) * 1000
    // A kubelet that has just started spreads its probes.
    if (kernel.nowMs - startedMs < periodMs) await self.sleep(Math.floor(self.random.next() * periodMs))
    const run = new ProbeRun(this.#kubelet, o)
    let tickMs = kernel.nowMs
    for (;;) {
      const changed = await run.once(self, this.#verdicts, this.isStarted.bind(this))
      if (changed) this.#changed()
      tickMs += periodMs
      // One missed beat is made up for at once, further ones are lost, as a Go ticker does.
      while (tickMs + periodMs <= kernel.nowMs) tickMs += periodMs
      const waitMs = tickMs - kernel.nowMs
      // While the answer is known, beats pass without anybody being woken for them.
      let rested = false
      const again = (): Again | undefined => {
        if (!run.rests) return undefined
        rested = true
        return { periodMs, place: run.place }
      }
      if (waitMs > 0) {
        const early = await o.trigger.take(self.task, { timeoutMs: waitMs, again })
        if (rested) while (tickMs + periodMs <= kernel.nowMs) tickMs += periodMs
        else if (early.length > 0) tickMs -= periodMs
      }
    }
  }
}

function probesOf(def: ContainerDef): readonly (readonly [ProbeKind, Probe])[] {
  const all: readonly (readonly [ProbeKind, Probe | undefined])[] = [
    ['startup', def.startupProbe],
    ['readiness', def.readinessProbe],
    ['liveness', def.livenessProbe],
  ]
  return all.filter((each): each is readonly [ProbeKind, Probe] => each[1] !== undefined)
}

interface Probed {
  readonly pod: Pod
  readonly def: ContainerDef
  readonly kind: ProbeKind
  readonly probe: Probe
  readonly podIp: () => string | undefined
}

/** The count of equal results in a row, for one probe of one container. */
class ProbeRun {
  readonly #kubelet: Kubelet
  readonly #o: Probed
  #instanceId = ''
  #last: boolean | undefined
  #inARow = 0
  #onHold = false
  /** As long as it stands its success does, without being asked for again. */
  #sure: Look | undefined

  constructor(kubelet: Kubelet, o: Probed) {
    this.#kubelet = kubelet
    this.#o = o
  }

  /** Answers whether the verdict changed. */
  async once(
    self: Process,
    verdicts: Map<string, boolean>,
    isStarted: (instance: ContainerInstance) => boolean,
  ): Promise<boolean> {
    const { runtime } = this.#kubelet
    const { pod, def, probe } = this.#o
    const instance = runningInstance(this.#kubelet, pod.metadata.uid, def.name)
    if (instance === undefined) return false
    this.#follow(instance)
    if (this.#onHold || !this.#isDue(instance, isStarted)) return false
    const { kernel } = this.#kubelet
    if (this.rests) return false
    const look = new Look(this.#kubelet.p)
    const target = { def, instanceId: instance.id, podIp: this.#o.podIp() }
    const result = await runProbe(self, { kernel, runtime, probe, target })
    if (runtime.find(instance.id)?.state !== 'running') return false
    if (result.kind !== 'success') this.#tell(result)
    if (result.kind === 'errored') return false
    const changed = this.#count(verdicts, result.kind === 'success')
    const isSure = result.kind === 'success' && result.sure && this.#isSaturated
    this.#sure = isSure ? look.over() : undefined
    return changed
  }

  #follow(instance: ContainerInstance): void {
    if (instance.id === this.#instanceId) return
    this.#instanceId = instance.id
    this.#last = undefined
    this.#inARow = 0
    this.#onHold = false
    this.#sure = undefined
  }

  /** Whether carrying it out would bring what it brought the last time: the container still runs, too, or the epoch would have moved. */
  get rests(): boolean {
    return this.#kubelet.kernel.lazy && this.#sure?.stands === true
  }

  /** Where it rests. */
  get place(): object {
    return this.#sure?.place ?? machineOf(this.#kubelet.p)
  }

  /** One success more changes nothing. */
  get #isSaturated(): boolean {
    return this.#last === true && this.#inARow >= (this.#o.probe.successThreshold ?? 1)
  }

  #isDue(instance: ContainerInstance, isStarted: (instance: ContainerInstance) => boolean): boolean {
    const { kind, probe } = this.#o
    const ageMs = this.#kubelet.kernel.nowMs - instance.startedMs
    if (ageMs < (probe.initialDelaySeconds ?? 0) * 1000) return false
    return kind === 'startup' ? !isStarted(instance) : isStarted(instance)
  }

  #count(verdicts: Map<string, boolean>, success: boolean): boolean {
    const { kind, probe } = this.#o
    this.#inARow = this.#last === success ? this.#inARow + 1 : 1
    this.#last = success
    const needed = success ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3)
    // Beyond the threshold the verdict stands already.
    if (this.#inARow !== needed) return false
    if (!success && kind !== 'readiness') this.#onHold = true // it will be killed; nothing more to learn
    const key = `${kind} ${this.#instanceId}`
    const before = verdicts.get(key)
    verdicts.set(key, success)
    if (before === undefined && kind !== 'startup') return success !== (kind === 'liveness')
    return before !== success
  }

  #tell(result: { readonly kind: 'failure' | 'errored'; readonly output: string }): void {
    const { pod, def, kind } = this.#o
    const verb = result.kind === 'failure' ? 'failed' : 'errored'
    this.#kubelet.events.record({
      about: podReference(
        pod,
        fieldPath(def, pod.spec.containers.includes(def) ? 'containers' : 'initContainers'),
      ),
      type: 'Warning',
      reason: 'Unhealthy',
      message: `${titles[kind]} probe ${verb}: ${result.output}`,
    })
    this.#kubelet.klog.info('prober.go:107', `Probe ${verb}`, {
      probeType: titles[kind],
      pod: `${pod.metadata.namespace}/${pod.metadata.name}`,
      podUID: pod.metadata.uid,
      containerName: def.name,
      probeResult: result.kind === 'failure' ? 'failure' : 'unknown',
      output: result.output,
    })
  }
}

function runningInstance(kubelet: Kubelet, uid: string, name: string): ContainerInstance | undefined {
  if (!kubelet.runtime.isServing) return undefined
  const [newest] = instancesOf(kubelet.runtime.containers(uid), name)
  return newest?.state === 'running' ? newest : undefined
}
