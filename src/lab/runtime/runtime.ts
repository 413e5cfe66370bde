import type { Random } from '#base/random.ts'
import { root } from '#lab/host/credentials.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import type { Child, ExitStatus, Process, SpawnOptions } from '#lab/host/ports.ts'
import { isErrno } from '#lab/host/ports.ts'
import type { Cancel, Kernel, Task } from '#lab/kernel/kernel.ts'
import type { Connection } from '#lab/network/ports.ts'
import type { RuntimeBrand } from '#lab/runtime/brand.ts'
import { type CgroupDriver, isSlice } from '#lab/runtime/cgroup-driver.ts'
import { CniConfSyncer, nothingLoaded } from '#lab/runtime/cni-conf-syncer.ts'
import { type Attached, ContainerIo, type Tell } from '#lab/runtime/container-io.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { execFailure } from '#lab/runtime/exec-failure.ts'
import type { ImageSource, RegistryLogin } from '#lab/runtime/image-source.ts'
import { fullImageName, type ImageStore, imageId, pullMs } from '#lab/runtime/images.ts'
import { frameLength } from '#lab/runtime/log-file.ts'
import { LogFiles } from '#lab/runtime/log-files.ts'
import { ContainerLog } from '#lab/runtime/logs.ts'
import { forgetAllNetns } from '#lab/runtime/netns.ts'
import { PodRecords } from '#lab/runtime/pod-records.ts'
import { PortForwardError, unreachable } from '#lab/runtime/port-forward-error.ts'
import type { Image } from '#lab/runtime/ports.ts'
import type {
  ContainerConfig,
  ContainerInstance,
  InstanceState,
  PodIdentity,
  Sandbox,
  SandboxState,
} from '#lab/runtime/records.ts'
import { removeSandboxFiles, sandboxMounts, writeSandboxFiles } from '#lab/runtime/sandbox-files.ts'
import { SandboxNetwork } from '#lab/runtime/sandbox-network.ts'

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
  readonly logFiles: LogFiles
  readonly #kernel: Kernel
  readonly #machine: LabMachine
  readonly #source: ImageSource
  readonly #random: Random
  readonly #network: SandboxNetwork
  readonly #cni: CniConfSyncer
  readonly #sandboxes = new PodRecords<SandboxState>()
  readonly #instances = new PodRecords<InstanceState>()
  readonly #listeners = new Set<(podUid: string) => void>()
  #exitsMissed: (() => void)[] = []
  #serving = false
  #cgroupDriver: CgroupDriver = 'systemd'
  #servedBoot = ''

  constructor(o: {
    readonly kernel: Kernel
    readonly machine: LabMachine
    readonly source: ImageSource
    readonly images: ImageStore
    readonly brand: RuntimeBrand
  }) {
    this.#kernel = o.kernel
    this.#machine = o.machine
    this.#source = o.source
    this.images = o.images
    this.brand = o.brand
    this.#cni = new CniConfSyncer(o.machine)
    this.#network = new SandboxNetwork({ ...o, cni: this.#cni })
    this.#random = o.kernel.random.fork(`containerd ${o.machine.name}`)
    this.logFiles = new LogFiles({
      machine: o.machine,
      instances: () => this.#instances.values(),
      format: o.brand.logFormat,
    })
  }

  /** For the `containerd` program: answers calls until the result is called. */
  serve(o: {
    readonly cgroupDriver: CgroupDriver
    readonly env: Readonly<Record<string, string>>
  }): () => void {
    this.#cgroupDriver = o.cgroupDriver
    this.#network.env = o.env
    if (this.#servedBoot !== this.#machine.bootId) this.#recoverFromReboot()
    this.#servedBoot = this.#machine.bootId
    this.#serving = true
    this.#cni.restart()
    for (const record of this.#exitsMissed.splice(0)) record()
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

  // ------------------------------------------------------------------------------------------- images

  /** Answers how long it took; what is there already is only asked for. Rejects with CriError in containerd's words. */
  async pull(
    by: Process,
    name: string,
    login?: RegistryLogin,
  ): Promise<{ readonly image: Image; readonly tookMs: number }> {
    this.#require()
    const start = this.#kernel.nowMs
    const image = await this.#source.resolve(by, name, login)
    if (this.images.find(name) !== image) await by.sleep(pullMs(image))
    this.#require()
    this.#keep(image)
    return { image, tookMs: this.#kernel.nowMs - start }
  }

  #keep(image: Image): void {
    try {
      this.images.add(image)
    } catch (error) {
      if (!isErrno(error)) throw error
      const digest = imageId(image.name).replace(/^.*@/, '')
      const why = `failed to extract layer ${digest}: write /var/lib/containerd: no space left on device`
      throw new CriError('Unknown', `failed to pull and unpack image "${fullImageName(image.name)}": ${why}`)
    }
  }

  /** Images of no container. */
  removeUnusedImages(): void {
    this.#require()
    const used = new Set([...this.#instances.values()].map(({ image }) => fullImageName(image)))
    for (const { name } of this.images.list()) if (!used.has(fullImageName(name))) this.images.remove(name)
  }

  /** What a pod's container holds, and has written: over its image, and in its logs. */
  usage(podUid: string, name: string): { readonly memoryBytes: number; readonly diskBytes: number } {
    const instances = this.containers(podUid).filter((instance) => instance.name === name)
    const [newest] = instances
    const container = newest === undefined ? undefined : this.#instances.get(newest.id)?.container
    const logBytes = instances.reduce((sum, each) => sum + this.logFiles.sizeOf(each), 0)
    return {
      memoryBytes: container?.memoryBytes ?? 0,
      diskBytes: (container?.diskBytes ?? 0) + logBytes,
    }
  }

  // ---------------------------------------------------------------------------------------- sandboxes

  /** Newest first. */
  sandboxes(podUid?: string): readonly Sandbox[] {
    this.#require()
    return this.#sandboxes.newest(podUid)
  }

  /**
   * Rejects with CriError. When even the cleaning up failed (CNI DEL), the sandbox stays, not ready, for the kubelet to stop
   * (containerd:pkg/cri/server/sandbox_run.go).
   */
  async runSandbox(
    by: Task,
    o: {
      readonly pod: PodIdentity
      readonly attempt: number
      readonly hostNetwork: boolean
      readonly hostPid: boolean
      readonly hostname: string
      readonly cgroupParent: string
    },
  ): Promise<Sandbox> {
    this.#require()
    const id = this.#newId()
    const sandbox: SandboxState = {
      ...o,
      id,
      createdMs: this.#kernel.nowMs,
      bootId: this.#machine.bootId,
      address: undefined,
      ready: false,
      ...(o.hostNetwork ? { net: this.#machine.net, netnsPath: '' } : this.#network.create(id)),
    }
    if (!o.hostNetwork) {
      const left = await this.#network.setUp(by, sandbox)
      if (left !== undefined) {
        if (left.cleaned === false) this.#sandboxes.add(sandbox)
        throw left.error
      }
    }
    if (this.#cgroupDriver === 'systemd' && !isSlice(o.cgroupParent)) {
      if (!o.hostNetwork) await this.#network.tearDown(by, sandbox)
      throw new CriError('Unknown', this.brand.cgroupFailure(o.cgroupParent, id))
    }
    await writeSandboxFiles(this.#machine.files, sandbox)
    sandbox.ready = true
    this.#sandboxes.add(sandbox)
    this.#changed(sandbox.pod.uid)
    return sandbox
  }

  /** Kills what is left inside and takes the network down (CNI DEL). Rejects with CriError; can be repeated. */
  async stopSandbox(by: Task, id: string): Promise<void> {
    this.#require()
    const sandbox = this.#sandboxes.get(id)
    if (sandbox === undefined) return
    for (const instance of this.#instances.newest(sandbox.pod.uid).toReversed()) {
      if (instance.sandboxId === id && instance.state === 'running') await this.stop(by, instance.id, 0)
    }
    sandbox.ready = false
    if (!sandbox.hostNetwork) await this.#network.tearDown(by, sandbox)
  }

  /** Forgets a stopped sandbox and its containers. */
  async removeSandbox(id: string): Promise<void> {
    this.#require()
    const sandbox = this.#sandboxes.get(id)
    if (sandbox === undefined) return
    this.#sandboxes.delete(id)
    await removeSandboxFiles(this.#machine.files, id)
    for (const instance of this.#instances.newest(sandbox.pod.uid).toReversed()) {
      if (instance.sandboxId === id) this.removeContainer(instance.id)
    }
  }

  // --------------------------------------------------------------------------------------- containers

  /** Newest first. */
  containers(podUid?: string): readonly ContainerInstance[] {
    this.#require()
    return this.#instances.newest(podUid)
  }

  find(id: string): ContainerInstance | undefined {
    return this.#instances.get(id)
  }

  /** Rejects with CriError when a mount cannot be made. */
  async createContainer(sandboxId: string, config: ContainerConfig): Promise<ContainerInstance> {
    this.#require()
    const sandbox = this.#sandboxes.get(sandboxId)
    if (sandbox === undefined)
      throw new CriError('NotFound', `failed to find sandbox id "${sandboxId}": not found`)
    const id = this.#newId()
    await this.#makeMissingMountSources(config)
    this.logFiles.keep()
    const log = new ContainerLog(() => this.#kernel.nowMs, {
      watch: this.logFiles.growth,
      frame: frameLength(this.brand.logFormat),
      disk: this.#machine.disk,
    })
    const writers = { stdout: log.writer('stdout'), stderr: log.writer('stderr') }
    const instance: InstanceState = {
      id,
      sandboxId,
      pod: sandbox.pod,
      name: config.name,
      attempt: config.attempt,
      image: config.image.name,
      labels: config.labels,
      log,
      io: new ContainerIo({
        stdin: config.input !== undefined,
        stdinOnce: config.input?.once ?? false,
        tty: config.tty ?? false,
        tell: (stream, text) => writers[stream].write(text),
        tellStamped: (stream, timeMs, rest) => writers[stream].writeStamped?.(timeMs, rest),
      }),
      createdMs: this.#kernel.nowMs,
      state: 'created',
      startedMs: 0,
      finishedMs: 0,
      exitCode: 0,
      reason: '',
      message: '',
      bootId: this.#machine.bootId,
      config,
      container: this.#createInside(id, sandbox, config),
      child: undefined,
    }
    this.#instances.add(instance)
    return instance
  }

  /** Rejects with CriError when the first process cannot be started; the container has then exited with code 128. */
  async startContainer(id: string): Promise<void> {
    this.#require()
    const instance = this.#instance(id)
    const { config, io } = instance
    try {
      instance.child = await instance.container.start(config.argv, {
        as: config.credentials,
        env: config.tty ? { ...config.env, TERM: 'xterm' } : config.env,
        ...(config.cwd === undefined ? {} : { cwd: config.cwd }),
        ...io.streams,
      })
      io.belongsTo(instance.child)
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error.code === 'ENOEXEC') return this.#refusedByKernel(instance, error.path)
      const says = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ${execFailure(config.argv, error)}`
      this.#exited(instance, { code: 128 }, { reason: 'StartError', message: says })
      throw new CriError('Unknown', says)
    }
    instance.state = 'running'
    instance.startedMs = this.#kernel.nowMs
    this.#changed(instance.pod.uid)
    instance.child.onExit((status) => this.#noticeExit(instance, status))
  }

  /** runc has said that it started when execve(2) fails: its last words are the container's only ones (runc 1.2: 255). */
  #refusedByKernel(instance: InstanceState, path = instance.config.argv[0]): void {
    instance.startedMs = this.#kernel.nowMs
    instance.log.writer('stderr').write(`exec ${path}: exec format error\n`)
    this.#exited(instance, { code: 255 }, { reason: 'Error', message: '' })
  }

  /** SIGTERM, then SIGKILL after `graceMs`. Resolves when it has ended. */
  async stop(by: Task, id: string, graceMs: number): Promise<void> {
    this.#require()
    const instance = this.#instances.get(id)
    const child = instance?.child
    if (instance?.state !== 'running' || child === undefined) return
    await by.wait<void>((wake) => {
      const cancel = this.#kernel.at(this.#kernel.nowMs + graceMs, `${by.name} grace`, () =>
        child.kill('SIGKILL'),
      )
      child.onExit(() => {
        cancel()
        wake()
      })
      if (graceMs > 0) child.kill('SIGTERM')
      return cancel
    })
  }

  /** Forgets an instance, and what it has written; kills it when it still runs. */
  removeContainer(id: string): void {
    const instance = this.#instances.get(id)
    if (instance === undefined) return
    this.#instances.delete(id)
    this.logFiles.release(instance)
    instance.container.destroy()
  }

  /** Somebody's end of a running container's streams. Throws CriError. */
  attach(id: string, tell: Tell): Attached {
    this.#require()
    return this.#instance(id).io.attach(tell)
  }

  /** Opens a TCP connection to a port inside a pod (containerd:pkg/cri/server/sandbox_portforward_linux.go). Rejects with PortForwardError. */
  async portForward(by: Task, podUid: string, port: number): Promise<Connection> {
    this.#require()
    const sandbox = this.#sandboxes.newest(podUid).find(({ ready }) => ready)
    if (sandbox === undefined)
      throw new PortForwardError({ id: podUid, port }, 'sandbox container is not running')
    try {
      return await sandbox.net
        .view({ credentials: root, task: by })
        .connect(by, { address: '127.0.0.1', port })
    } catch (error) {
      throw isErrno(error) ? unreachable(sandbox, port, error) : error
    }
  }

  /** Starts a command inside a running container. Rejects with CriError. */
  async exec(
    id: string,
    argv: readonly string[],
    o: Pick<SpawnOptions, 'stdin' | 'stdout' | 'stderr' | 'passing'> & { readonly tty?: boolean },
  ): Promise<Child> {
    this.#require()
    const instance = this.#instance(id)
    const { config } = instance
    if (instance.state !== 'running') {
      throw new CriError('Unknown', 'failed to exec in container: container is in CONTAINER_EXITED state')
    }
    try {
      const cwd = config.cwd === undefined ? {} : { cwd: config.cwd }
      const { tty, ...streams } = o
      const env = tty ? { ...config.env, TERM: 'xterm' } : config.env
      return await instance.container.start(argv, { ...streams, ...cwd, as: config.credentials, env })
    } catch (error) {
      if (!isErrno(error)) throw error
      const says = `OCI runtime exec failed: exec failed: ${execFailure(argv, error)}`
      throw new CriError(
        'Unknown',
        `failed to exec in container: failed to start exec "${this.#newId()}": ${says}`,
      )
    }
  }

  #createInside(id: string, sandbox: SandboxState, config: ContainerConfig): InstanceState['container'] {
    try {
      return this.#machine.createContainer({
        name: `${sandbox.pod.name}/${config.name}`,
        root: config.image.tree,
        mounts: [...sandboxMounts(sandbox), ...config.mounts],
        net: sandbox.net,
        hostname: sandbox.hostname,
        hostPid: sandbox.hostPid,
        procSys: config.procSys,
        selinux: { privileged: false, ...config.selinux, pod: sandbox.pod.uid },
        env: config.env,
        memory: config.memory,
        ...(config.cpuCores === undefined ? {} : { cpuCores: config.cpuCores }),
      })
    } catch (error) {
      if (!isErrno(error)) throw error
      const path = error.path ?? ''
      const says = `failed to generate spec: failed to stat "${path}": stat ${path}: ${error.message.toLowerCase()}`
      throw new CriError('Unknown', `failed to generate container "${id}" spec: ${says}`)
    }
  }

  /** What is missing on the host becomes a directory of root (containerd:pkg/cri/opts/spec_linux.go, WithMounts). */
  async #makeMissingMountSources(config: ContainerConfig): Promise<void> {
    const { files } = this.#machine
    for (const { source } of config.mounts) {
      if (source.kind !== 'bind' || (await files.exists(source.from))) continue
      await files.mkdir(source.from, { mode: 0o755, parents: true })
    }
  }

  #noticeExit(instance: InstanceState, status: ExitStatus): void {
    // A machine that goes down takes its containers along; nobody is there to record how. The next boot finds them unknown.
    if (!this.#machine.up || instance.bootId !== this.#machine.bootId) return
    const record = (): void =>
      this.#exited(instance, status, exitReason(status, instance.container.outOfMemory))
    if (this.#serving) record()
    else this.#exitsMissed.push(record)
  }

  #exited(instance: InstanceState, status: ExitStatus, why: { reason: string; message: string }): void {
    instance.state = 'exited'
    instance.finishedMs = this.#kernel.nowMs
    if (instance.startedMs === 0) instance.startedMs = instance.finishedMs
    instance.exitCode = status.code
    instance.reason = why.reason
    instance.child = undefined
    instance.log.end()
    instance.message = [why.message, lastWords(instance, status)].filter(Boolean).join(': ')
    if (instance.container.alive) instance.container.destroy()
    this.#changed(instance.pod.uid)
  }

  #changed(podUid: string): void {
    for (const tell of this.#listeners) tell(podUid)
  }

  /** containerd finds tasks gone that it knew running: exit code 255, reason Unknown (containerd:pkg/cri/server/restart.go). */
  #recoverFromReboot(): void {
    this.#exitsMissed = []
    forgetAllNetns(this.#machine)
    for (const sandbox of this.#sandboxes.values()) {
      sandbox.ready = false
      sandbox.netnsPath = ''
    }
    for (const instance of this.#instances.values()) {
      if (instance.state === 'exited') continue
      this.#exited(instance, { code: 255 }, { reason: 'Unknown', message: '' })
    }
  }

  // ------------------------------------------------------------------------------------------- common

  #instance(id: string): InstanceState {
    const instance = this.#instances.get(id)
    if (instance === undefined) {
      throw new CriError('NotFound', `an error occurred when try to find container "${id}": not found`)
    }
    return instance
  }

  #require(): void {
    if (this.#serving) return
    const dial = 'dial unix /run/containerd/containerd.sock: connect: connection refused'
    throw new CriError('Unavailable', `connection error: desc = "transport: Error while dialing: ${dial}"`)
  }

  #newId(): string {
    return this.#random.text(64, '0123456789abcdef')
  }
}

/**
 * What a container left for whoever looks after it, at most 4096 bytes; of its log 80 lines or 2048 bytes. The kubelet reads it where
 * a status is made: kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_container.go (getTerminationMessage).
 */
function lastWords({ config, container, log }: InstanceState, { code }: ExitStatus): string {
  const { path, orLog } = config.lastWords
  const said = path === '' ? '' : (container.peek(path) ?? '')
  if (said !== '' || !orLog || code === 0) return said.slice(0, 4096)
  return log
    .lines({ tailLines: 80 })
    .map(({ text }) => `${text}\n`)
    .join('')
    .slice(-2048)
}

const exitReason = (status: ExitStatus, outOfMemory: boolean): { reason: string; message: string } => ({
  reason: outOfMemory ? 'OOMKilled' : status.code === 0 ? 'Completed' : 'Error',
  message: '',
})
