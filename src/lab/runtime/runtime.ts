import type { Random } from '#base/random.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import type { Child, Process } from '#lab/host/ports.ts'
import type { Cancel, Kernel, Task } from '#lab/kernel/kernel.ts'
import type { Connection } from '#lab/network/ports.ts'
import type { RuntimeBrand } from '#lab/runtime/brand.ts'
import type { CgroupDriver } from '#lab/runtime/cgroup-driver.ts'
import { CniConfSyncer, nothingLoaded } from '#lab/runtime/cni-conf-syncer.ts'
import type { Attached, Tell } from '#lab/runtime/container-io.ts'
import { Containers, type ExecOptions } from '#lab/runtime/containers.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { ImageService, type Pulled } from '#lab/runtime/image-service.ts'
import type { ImageSource, RegistryLogin } from '#lab/runtime/image-source.ts'
import type { ImageStore } from '#lab/runtime/images.ts'
import type { LogFiles } from '#lab/runtime/log-files.ts'
import type { ContainerConfig, ContainerInstance, Sandbox } from '#lab/runtime/records.ts'
import { SandboxNetwork } from '#lab/runtime/sandbox-network.ts'
import { type SandboxConfig, Sandboxes } from '#lab/runtime/sandboxes.ts'

/** Whether the runtime can be used, as CRI's Status tells it. */
export interface RuntimeStatus {
  /** Empty when the network is ready; else the message after `NetworkPluginNotReady message:`. */
  readonly networkTrouble: string
}

/**
 * containerd as the kubelet uses it: sandboxes with CNI, containers, logs, exec. It answers only while the `containerd`
 * program runs; containers go on without it, as their shims do, and are gone when the machine is.
 *
 * Not imitated: the pause process, image layers and snapshots, cgroups but for memory, checkpoints, stats, events over gRPC (the
 * kubelet is called back instead).
 */
export class ContainerRuntime {
  readonly images: ImageStore
  readonly brand: RuntimeBrand
  readonly #machine: LabMachine
  readonly #random: Random
  readonly #network: SandboxNetwork
  readonly #cni: CniConfSyncer
  readonly #imageService: ImageService
  readonly #containers: Containers
  readonly #sandboxes: Sandboxes
  readonly #listeners = new Set<(podUid: string) => void>()
  #serving = false
  #servedBoot = ''

  constructor(o: {
    readonly kernel: Kernel
    readonly machine: LabMachine
    readonly source: ImageSource
    readonly images: ImageStore
    readonly brand: RuntimeBrand
  }) {
    this.#machine = o.machine
    this.images = o.images
    this.brand = o.brand
    this.#cni = new CniConfSyncer(o.machine)
    this.#network = new SandboxNetwork({ ...o, cni: this.#cni })
    this.#random = o.kernel.random.fork(`containerd ${o.machine.name}`)
    const require = (): void => this.#require()
    const shared = {
      ...o,
      newId: () => this.#random.text(64, '0123456789abcdef'),
      changed: (podUid: string) => this.#changed(podUid),
    }
    this.#imageService = new ImageService({ ...o, require })
    this.#containers = new Containers({ ...shared, isServing: () => this.#serving })
    this.#sandboxes = new Sandboxes({
      ...shared,
      require,
      network: this.#network,
      containers: this.#containers,
    })
  }

  get logFiles(): LogFiles {
    return this.#containers.logFiles
  }

  /** For the `containerd` program: answers calls until the result is called. */
  serve(o: {
    readonly cgroupDriver: CgroupDriver
    readonly env: Readonly<Record<string, string>>
  }): () => void {
    this.#sandboxes.cgroupDriver = o.cgroupDriver
    this.#network.env = o.env
    if (this.#servedBoot !== this.#machine.bootId) {
      this.#sandboxes.recoverFromReboot()
      this.#containers.recoverFromReboot()
    }
    this.#servedBoot = this.#machine.bootId
    this.#serving = true
    this.#cni.restart()
    this.#containers.recordMissedExits()
    return () => {
      this.#serving = false
    }
  }

  get isServing(): boolean {
    return this.#serving
  }

  /** Tells, synchronously, of each pod whose sandbox or containers changed. */
  onChange(tell: (podUid: string) => void): Cancel {
    this.#listeners.add(tell)
    return () => this.#listeners.delete(tell)
  }

  async status(): Promise<RuntimeStatus> {
    this.#require()
    const network = await this.#cni.current()
    if (network.ok) return { networkTrouble: '' }
    const isEmpty = network.error === nothingLoaded
    return {
      networkTrouble: isEmpty ? this.brand.noNetwork : `Network plugin returns error: ${network.error}`,
    }
  }

  /** Answers how long it took; what is there already is only asked for. Rejects with CriError in containerd's words. */
  async pull(by: Process, name: string, login?: RegistryLogin): Promise<Pulled> {
    this.#require()
    return this.#imageService.pull(by, name, login)
  }

  /** Images of no container. */
  removeUnusedImages(): void {
    this.#require()
    this.#imageService.removeUnused([...this.#containers.records.values()].map(({ image }) => image))
  }

  /** What a pod's container holds, and has written: over its image, and in its logs. */
  usage(podUid: string, name: string): { readonly memoryBytes: number; readonly diskBytes: number } {
    this.#require()
    return this.#containers.usage(podUid, name)
  }

  /** Newest first. */
  sandboxes(podUid?: string): readonly Sandbox[] {
    this.#require()
    return this.#sandboxes.records.newest(podUid)
  }

  /**
   * Rejects with CriError. When even the cleaning up failed (CNI DEL), the sandbox stays, not ready, for the kubelet to stop
   * (containerd:pkg/cri/server/sandbox_run.go).
   */
  async runSandbox(by: Task, config: SandboxConfig): Promise<Sandbox> {
    this.#require()
    return this.#sandboxes.run(by, config)
  }

  /** Kills what is left inside and takes the network down (CNI DEL). Rejects with CriError; can be repeated. */
  async stopSandbox(by: Task, id: string): Promise<void> {
    this.#require()
    return this.#sandboxes.stop(by, id)
  }

  /** Forgets a stopped sandbox and its containers. */
  async removeSandbox(id: string): Promise<void> {
    this.#require()
    return this.#sandboxes.remove(id)
  }

  /** Newest first. */
  containers(podUid?: string): readonly ContainerInstance[] {
    this.#require()
    return this.#containers.records.newest(podUid)
  }

  find(id: string): ContainerInstance | undefined {
    return this.#containers.records.get(id)
  }

  /** Rejects with CriError when a mount cannot be made. */
  async createContainer(sandboxId: string, config: ContainerConfig): Promise<ContainerInstance> {
    this.#require()
    const sandbox = this.#sandboxes.records.get(sandboxId)
    if (sandbox === undefined)
      throw new CriError('NotFound', `failed to find sandbox id "${sandboxId}": not found`)
    return this.#containers.create(sandbox, config)
  }

  /** Rejects with CriError when the first process cannot be started; the container has then exited with code 128. */
  async startContainer(id: string): Promise<void> {
    this.#require()
    return this.#containers.start(id)
  }

  /** SIGTERM, then SIGKILL after `graceMs`. Resolves when it has ended. */
  async stop(by: Task, id: string, graceMs: number): Promise<void> {
    this.#require()
    return this.#containers.stop(by, id, graceMs)
  }

  /** Forgets an instance, and what it has written; kills it when it still runs. */
  removeContainer(id: string): void {
    this.#containers.remove(id)
  }

  /** Somebody's end of a running container's streams. Throws CriError. */
  attach(id: string, tell: Tell): Attached {
    this.#require()
    return this.#containers.attach(id, tell)
  }

  /** Opens a TCP connection to a port inside a pod. Rejects with PortForwardError. */
  async portForward(by: Task, podUid: string, port: number): Promise<Connection> {
    this.#require()
    return this.#sandboxes.portForward(by, podUid, port)
  }

  /** Starts a command inside a running container. Rejects with CriError. */
  async exec(id: string, argv: readonly string[], o: ExecOptions): Promise<Child> {
    this.#require()
    return this.#containers.exec(id, argv, o)
  }

  #changed(podUid: string): void {
    for (const tell of this.#listeners) tell(podUid)
  }

  #require(): void {
    if (this.#serving) return
    const dial = 'dial unix /run/containerd/containerd.sock: connect: connection refused'
    throw new CriError('Unavailable', `connection error: desc = "transport: Error while dialing: ${dial}"`)
  }
}
