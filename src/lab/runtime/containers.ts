import type { LabMachine } from '#lab/host/machine.ts'
import { type Child, type ExitStatus, isErrno, type SpawnOptions } from '#lab/host/ports.ts'
import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import type { RuntimeBrand } from '#lab/runtime/brand.ts'
import { type Attached, ContainerIo, type Tell } from '#lab/runtime/container-io.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { environmentOf } from '#lab/runtime/environment.ts'
import { execFailure } from '#lab/runtime/exec-failure.ts'
import { frameLength } from '#lab/runtime/log-file.ts'
import { LogFiles } from '#lab/runtime/log-files.ts'
import { ContainerLog } from '#lab/runtime/logs.ts'
import { PodRecords } from '#lab/runtime/pod-records.ts'
import type { ContainerConfig, InstanceState, SandboxState } from '#lab/runtime/records.ts'
import { sandboxMounts } from '#lab/runtime/sandbox-files.ts'

interface Parts {
  readonly kernel: Kernel
  readonly machine: LabMachine
  readonly brand: RuntimeBrand
  readonly newId: () => string
  /** Whether the runtime is there to record how a container ended. */
  readonly isServing: () => boolean
  readonly changed: (podUid: string) => void
}

export type ExecOptions = Pick<SpawnOptions, 'stdin' | 'stdout' | 'stderr' | 'passing'> & {
  readonly tty?: boolean
}

/** The containers of a machine: they go on without their runtime, as their shims do, and are gone when the machine is. */
export class Containers {
  readonly records = new PodRecords<InstanceState>()
  readonly logFiles: LogFiles
  readonly #kernel: Kernel
  readonly #machine: LabMachine
  readonly #brand: RuntimeBrand
  readonly #newId: () => string
  readonly #isServing: () => boolean
  readonly #changed: (podUid: string) => void
  #exitsMissed: (() => void)[] = []

  constructor({ kernel, machine, brand, newId, isServing, changed }: Parts) {
    this.#kernel = kernel
    this.#machine = machine
    this.#brand = brand
    this.#newId = newId
    this.#isServing = isServing
    this.#changed = changed
    this.logFiles = new LogFiles({
      machine,
      instances: () => this.records.values(),
      format: brand.logFormat,
    })
  }

  /** Those that ended while no runtime was there are recorded now. */
  recordMissedExits(): void {
    for (const record of this.#exitsMissed.splice(0)) record()
  }

  /** containerd finds tasks gone that it knew running: exit code 255, reason Unknown (containerd:pkg/cri/server/restart.go). */
  recoverFromReboot(): void {
    this.#exitsMissed = []
    for (const instance of this.records.values()) {
      if (instance.state === 'exited') continue
      this.#exited(instance, { code: 255 }, { reason: 'Unknown', message: '' })
    }
  }

  /** What a pod's container holds, and has written: over its image, and in its logs. */
  usage(podUid: string, name: string): { readonly memoryBytes: number; readonly diskBytes: number } {
    const instances = this.records.newest(podUid).filter((instance) => instance.name === name)
    const [newest] = instances
    const container = newest === undefined ? undefined : this.records.get(newest.id)?.container
    const logBytes = instances.reduce((sum, each) => sum + this.logFiles.sizeOf(each), 0)
    return {
      memoryBytes: container?.memoryBytes ?? 0,
      diskBytes: (container?.diskBytes ?? 0) + logBytes,
    }
  }

  /** Rejects with CriError when a mount cannot be made. */
  async create(sandbox: SandboxState, config: ContainerConfig): Promise<InstanceState> {
    const id = this.#newId()
    await this.#makeMissingMountSources(config)
    this.logFiles.keep()
    const log = new ContainerLog(() => this.#kernel.nowMs, {
      watch: this.logFiles.growth,
      frame: frameLength(this.#brand.logFormat),
      disk: this.#machine.disk,
    })
    const writers = { stdout: log.writer('stdout'), stderr: log.writer('stderr') }
    const instance: InstanceState = {
      id,
      sandboxId: sandbox.id,
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
      pid: 0,
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
    this.records.add(instance)
    return instance
  }

  /** Rejects with CriError when the first process cannot be started; the container has then exited with code 128. */
  async start(id: string): Promise<void> {
    const instance = this.#instance(id)
    const { config, io } = instance
    try {
      instance.child = await instance.container.start(config.argv, {
        as: config.credentials,
        env: environmentOf(config, config.tty === true),
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
    instance.pid = instance.child.pid
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
    const instance = this.records.get(id)
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
  remove(id: string): void {
    const instance = this.records.get(id)
    if (instance === undefined) return
    this.records.delete(id)
    this.logFiles.release(instance)
    instance.container.destroy()
  }

  /** Somebody's end of a running container's streams. Throws CriError. */
  attach(id: string, tell: Tell): Attached {
    return this.#instance(id).io.attach(tell)
  }

  /** Starts a command inside a running container. Rejects with CriError. */
  async exec(id: string, argv: readonly string[], o: ExecOptions): Promise<Child> {
    const instance = this.#instance(id)
    const { config } = instance
    if (instance.state !== 'running') {
      throw new CriError('Unknown', 'failed to exec in container: container is in CONTAINER_EXITED state')
    }
    try {
      const cwd = config.cwd === undefined ? {} : { cwd: config.cwd }
      const { tty, ...streams } = o
      const env = environmentOf(config, tty === true)
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
    if (this.#isServing()) record()
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

  #instance(id: string): InstanceState {
    const instance = this.records.get(id)
    if (instance === undefined) {
      throw new CriError('NotFound', `an error occurred when try to find container "${id}": not found`)
    }
    return instance
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
