import { assert, present } from '#base/assert.ts'
import { allOf, type Few, withOne, withoutOne } from '#base/few.ts'
import { Quiet } from '#base/quiet.ts'
import {
  type Credentials,
  Errno,
  type ExitStatus,
  isErrno,
  type Program,
  type Reader,
  type SignalName,
  type Writer,
} from '#lab/host/ports.ts'
import { charge, sizeOf } from '#lab/host/process/memory.ts'
import { baseName, HostProcess } from '#lab/host/process/process.ts'
import type { Space } from '#lab/host/process/space.ts'
import type { View } from '#lab/host/vfs.ts'
import type { Task, TaskOwner } from '#lab/kernel/kernel.ts'
import { begun } from '#lab/kernel/task.ts'
import type { Net } from '#lab/network/ports.ts'

const signalNumbers: Readonly<Record<SignalName, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
}

/** One program as it is to be run: what execve(2) decided. */
export interface Image {
  readonly program: Program
  readonly version: string
  readonly argv: readonly string[]
  readonly credentials: Credentials
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

export interface Stdio {
  readonly stdin: Reader
  readonly stdout: Writer
  readonly stderr: Writer
}

/** Thrown through a program that asked to be replaced by another one (execve(2)). */
export class Replaced extends Quiet {
  readonly image: Image
  readonly stdio: Stdio

  constructor(image: Image, stdio: Stdio) {
    super('replaced by another program')
    this.image = image
    this.stdio = stdio
  }
}

/** A process as its machine knows it, alive or ended. */
export class ProcessState implements TaskOwner {
  readonly space: Space
  readonly name: string
  readonly pid: number
  readonly hostPid: number
  readonly parent: ProcessState | undefined
  /** The systemd unit it belongs to; inherited, as a control group is. */
  readonly unit: string | undefined
  /** Not in its terminal's foreground (`&`): the terminal's signals pass it by. Inherited. */
  readonly background: boolean
  /** Started by a health check: it comes and goes without anything being different for it. Inherited. */
  readonly passing: boolean
  readonly startedMs: number
  readonly task: Task
  image: Image
  stdio: Stdio
  status: ExitStatus | undefined
  // Most processes have none of these.
  #handlers: Map<SignalName, () => void> | undefined
  #closers: Few<() => void>
  /** One view for all threads, as sockets belong to the process; made anew when exec changes the credentials. */
  #net: { readonly as: Credentials; readonly view: Net } | undefined
  /** Chosen by the machine's out-of-memory killer. */
  dying = false
  #memoryBytes = 0
  #vouched = false
  #exitListeners: Few<(status: ExitStatus) => void>
  #ending: ExitStatus | undefined

  constructor(
    space: Space,
    o: {
      readonly image: Image
      readonly stdio: Stdio
      readonly name: string
      readonly parent: ProcessState | undefined
      readonly unit?: string | undefined
      readonly background?: boolean
      readonly passing?: boolean
    },
  ) {
    const { system } = space
    this.space = space
    this.image = o.image
    this.stdio = o.stdio
    this.parent = o.parent
    this.unit = o.unit ?? o.parent?.unit
    this.background = o.background ?? o.parent?.background ?? false
    this.passing = o.passing ?? o.parent?.passing ?? false
    this.name = `${space.name}/${o.name}`
    this.startedMs = system.kernel.nowMs
    this.pid = space.pids.add(this)
    this.hostPid = space.pids === system.pids ? this.pid : system.pids.add(this)
    space.members.add(this)
    this.holds(sizeOf(o.image.program, o.image.argv))
    this.#moved()
    this.task = space.task.spawn(o.name, (task) => this.#run(task), this)
    this.task.onEnd(() => this.#finish(this.#ending ?? { code: 137, signal: 'SIGKILL' }))
  }

  get memoryBytes(): number {
    return this.#memoryBytes
  }

  get handlers(): Map<SignalName, () => void> {
    this.#handlers ??= new Map()
    return this.#handlers
  }

  /** `close` is called when it ends: sockets that close, and the like. */
  opened(close: () => void): void {
    this.#closers = withOne(this.#closers, close)
  }

  /** What was {@link opened} is closed already. */
  closed(close: () => void): void {
    this.#closers = withoutOne(this.#closers, close)
  }

  /** What it answers with its exit code would be answered again as long as nothing moves: see {@link Kernel.epoch}. */
  vouch(): void {
    this.#vouched = true
  }

  #moved(): void {
    if (!this.passing) this.space.system.kernel.moved()
  }

  /** It holds so much memory now. */
  holds(bytes: number): void {
    if (!this.alive) return
    const more = bytes - this.#memoryBytes
    this.#memoryBytes = bytes
    if (more !== 0) this.#moved()
    charge(this, more)
  }

  /** The first 15 characters of the program's name, as the kernel keeps them. */
  get command(): string {
    return (this.image.argv[0]?.split('/').at(-1) ?? '').slice(0, 15)
  }

  get net(): Net {
    const as = this.image.credentials
    if (this.#net?.as !== as)
      this.#net = {
        as,
        view: this.space.stack.view({
          credentials: as,
          task: this.task,
          holder: { pid: this.hostPid, name: () => this.image.argv[0]?.split('/').at(-1) ?? '' },
        }),
      }
    return this.#net.view
  }

  get alive(): boolean {
    return this.status === undefined
  }

  get view(): View {
    const { credentials, cwd } = this.image
    const { mounts, confined, rootNames } = this.space
    if (confined === undefined && rootNames === undefined) return { mounts, credentials, cwd, pid: this.pid }
    return { mounts, credentials, cwd, pid: this.pid, confined, rootNames }
  }

  onExit(tell: (status: ExitStatus) => void): void {
    if (this.status !== undefined) {
      tell(this.status)
      return
    }
    this.#exitListeners = withOne(this.#exitListeners, tell)
  }

  /** Ends it at once with this status, as exit(2) from any thread or a deadly signal does. */
  end(status: ExitStatus): void {
    if (!this.alive) return
    this.#ending = status
    this.task.stop()
  }

  /** Sends a signal; it arrives in an event of its own. */
  signal(name: SignalName, from?: Space): void {
    const { kernel } = this.space.system
    kernel.at(kernel.nowMs, `${name} to ${this.name}`, () => this.#deliver(name, from))
  }

  /**
   * An init process dies of nothing that it does not handle, but for a SIGKILL from outside its namespace
   * (pid_namespaces(7)).
   */
  #deliver(name: SignalName, from: Space | undefined): void {
    if (!this.alive) return
    this.#moved()
    const handler = this.#handlers?.get(name)
    if (handler !== undefined && name !== 'SIGKILL') {
      handler()
      return
    }
    const inside = from?.pids === this.space.pids
    if (this.pid === 1 && (name !== 'SIGKILL' || inside)) return
    this.end({ code: 128 + signalNumbers[name], signal: name })
  }

  #run(task: Task): Promise<void> {
    const process = new HostProcess(this, task)
    const { cpu } = this.space
    const running =
      cpu === undefined
        ? begun(this.image.program, process)
        : cpu.start(task, this.image).then(() => this.image.program(process))
    return running.then((code) => this.#exited(code))
  }

  #exited(code: number): void {
    // What has to wait for its turn may end otherwise the next time.
    this.#ending ??= this.#vouched && this.space.cpu === undefined ? { code, vouched: true } : { code }
  }

  /** Its program or a thread of it has thrown. */
  failed(error: unknown, task: Task): boolean | Promise<void> {
    if (task !== this.task) return this.#threadFailed(error, task)
    if (error instanceof Replaced) {
      this.#replace(error)
      return this.#run(task)
    }
    if (!task.alive) return true
    if (isErrno(error)) {
      this.#exited(uncaught(this, error))
      return true
    }
    this.#ending ??= { code: 134 }
    return false
  }

  #threadFailed(error: unknown, thread: Task): boolean {
    if (!isErrno(error) || !thread.alive) return false
    this.stdio.stderr.write(`${baseName(this.image.argv[0] ?? '')}: ${error.message}\n`)
    this.end({ code: 1 })
    return true
  }

  #replace({ image, stdio }: Replaced): void {
    this.image = image
    this.stdio = stdio
    this.#moved()
    this.#handlers = undefined
    this.holds(sizeOf(image.program, image.argv))
    this.task.stopSpawned() // its threads
  }

  #finish(status: ExitStatus): void {
    assert(this.status === undefined, 'a process ends once')
    this.holds(0)
    this.status = status
    this.#moved()
    const { pids, system, members } = this.space
    pids.table.delete(this.pid)
    system.pids.table.delete(this.hostPid)
    members.delete(this)
    for (const close of allOf(this.#closers)) close()
    this.#closers = undefined
    const listeners = this.#exitListeners
    this.#exitListeners = undefined
    for (const tell of allOf(listeners)) tell(status)
    if (this.space.init !== this) return
    for (const other of [...members]) other.end({ code: 137, signal: 'SIGKILL' })
    this.space.mounts.dissolve()
  }
}

/** A program that does not handle a refused system call ends as most real ones do: one line, exit code 1. */
function uncaught({ image, stdio }: ProcessState, error: Errno): number {
  const name = present(image.argv[0], 'argv has a first word').split('/').at(-1)
  try {
    stdio.stderr.write(`${name}: ${error.path === undefined ? '' : `${error.path}: `}${error.message}\n`)
  } catch (second) {
    if (!(second instanceof Errno)) throw second
  }
  return 1
}
