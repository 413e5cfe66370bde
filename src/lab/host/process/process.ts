import type { Random } from '#base/random.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import {
  type Child,
  type Credentials,
  Errno,
  type ExitStatus,
  type Files,
  type Output,
  type PathConnection,
  type Process,
  type ProcessInfo,
  type Program,
  type Reader,
  type SignalName,
  type SpawnOptions,
  type Writer,
} from '#lab/host/ports.ts'
import { callerOf, imageOf } from '#lab/host/process/execute.ts'
import { flock } from '#lab/host/process/flock.ts'
import { connectPath, listenPath } from '#lab/host/process/sockets.ts'
import { childOf } from '#lab/host/process/started-child.ts'
import { ProcessState, Replaced, type Stdio } from '#lab/host/process/state.ts'
import { Collector, readerOf } from '#lab/host/process/streams.ts'
import { filesOf } from '#lab/host/vfs.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type { Net } from '#lab/network/ports.ts'

/** What a program (or one thread of it) holds. */
export class HostProcess implements Process {
  readonly state: ProcessState
  readonly task: Task
  #files: Files | undefined
  #random: Random | undefined

  constructor(state: ProcessState, task: Task) {
    this.state = state
    this.task = task
  }

  get pid(): number {
    return this.state.pid
  }
  get name(): string {
    return this.state.name
  }
  get argv(): readonly string[] {
    return this.state.image.argv
  }
  get version(): string {
    return this.state.image.version
  }
  get env(): Readonly<Record<string, string>> {
    return this.state.image.env
  }
  get cwd(): string {
    return this.state.image.cwd
  }
  get credentials(): Credentials {
    return this.state.image.credentials
  }
  get hostname(): string {
    return this.state.space.hostname
  }
  get stdin(): Reader {
    return this.state.stdio.stdin
  }
  get stdout(): Writer {
    return this.state.stdio.stdout
  }
  get stderr(): Writer {
    return this.state.stdio.stderr
  }
  get files(): Files {
    this.#files ??= filesOf(this.state.view)
    return this.#files
  }
  get net(): Net {
    return this.state.net
  }
  get random(): Random {
    const { system } = this.state.space
    this.#random ??= system.kernel.random.fork(`${this.name}#${system.startCount(this.name)}`)
    return this.#random
  }

  now(): number {
    return this.state.space.system.machine.nowMs
  }

  monotonic(): number {
    return this.state.space.system.kernel.nowMs
  }

  get epoch(): number {
    return this.state.space.system.kernel.epoch
  }

  get epochHere(): number {
    const { filesEpoch, apart } = this.state.space.system.machine
    return this.epoch + filesEpoch + apart.epoch // all only grow: an equal sum means that all stand
  }

  vouch(): void {
    this.state.vouch()
  }

  moved(): void {
    this.state.space.system.kernel.moved()
  }

  useMemory(bytes: number): void {
    this.state.holds(bytes)
  }

  sleep(ms: number): Promise<void> {
    return this.task.sleep(ms)
  }

  async spawn(argv: readonly string[], o: SpawnOptions = {}): Promise<Child> {
    return this.spawnNow(argv, o)
  }

  /** {@link spawn}, throwing instead of rejecting; `unit` puts it into a systemd unit of its own. */
  spawnNow(argv: readonly string[], o: SpawnOptions & { readonly unit?: string } = {}): Child {
    const { space, image } = this.state
    const next = imageOf(space, argv, callerOf(image, o))
    const name = o.name ?? baseName(argv[0] ?? '')
    const stdio = this.#stdio(o)
    return childOf(
      new ProcessState(space, { image: next, stdio, name, parent: this.state, unit: o.unit }),
      space,
    )
  }

  /** A copy of this process that runs `program` instead (fork(2)), for subshells. */
  fork(program: Program, o: SpawnOptions & { readonly background?: boolean } = {}): ProcessState {
    const { space, image } = this.state
    const name = o.name ?? baseName(this.argv[0] ?? '')
    return new ProcessState(space, {
      image: { ...image, program, env: o.env ?? image.env, cwd: o.cwd ?? image.cwd },
      stdio: this.#stdio(o),
      name,
      parent: this.state,
      ...(o.background === undefined ? {} : { background: o.background }),
    })
  }

  /** Becomes another program (execve(2)): same pid, no handlers, no threads. Throws Errno when it cannot. */
  exec(argv: readonly string[], o: SpawnOptions = {}): never {
    const { space, image } = this.state
    throw new Replaced(imageOf(space, argv, callerOf(image, o)), this.#stdio(o))
  }

  async run(
    argv: readonly string[],
    o: SpawnOptions & { readonly timeoutMs?: number } = {},
  ): Promise<Output> {
    const stdout = new Collector()
    const stderr = new Collector()
    const child = this.spawnNow(argv, { stdin: '', stdout, stderr, ...o })
    const status = await this.#ended(child, o.timeoutMs)
    return { ...status, stdout: stdout.text, stderr: stderr.text }
  }

  thread(name: string, main: (self: Process) => Promise<void>): Task {
    const { state } = this
    return state.task.spawn(name, (task) => main(new HostProcess(state, task)), state)
  }

  onSignal(signal: SignalName, handler: () => void): void {
    this.state.handlers.set(signal, handler)
  }

  async kill(pid: number, signal: SignalName): Promise<void> {
    const { space, image } = this.state
    const target = space.pids.table.get(pid)
    if (target === undefined) throw new Errno('ESRCH')
    if (!maySignal(image.credentials, target.image.credentials)) throw new Errno('EPERM')
    target.signal(signal, space)
  }

  processes(): readonly ProcessInfo[] {
    const { pids } = this.state.space
    return [...pids.table]
      .sort(([a], [b]) => a - b)
      .map(([pid, { parent, image, startedMs, space }]) => ({
        pid,
        ppid: parent?.alive
          ? parent.space.pids === pids
            ? parent.pid
            : parent.hostPid
          : space.pids === pids && pid !== 1
            ? 1
            : 0,
        uid: image.credentials.euid,
        argv: image.argv,
        startedMs,
      }))
  }

  async listenPath(path: string, accept: (connection: PathConnection) => void): Promise<{ close(): void }> {
    return listenPath(this.state, path, accept)
  }

  async connectPath(path: string): Promise<PathConnection> {
    return connectPath(this.state, path)
  }

  flock(path: string): Promise<() => void> {
    return flock(this.state, this.task, path)
  }

  #stdio(o: SpawnOptions): Stdio {
    const { stdio } = this.state
    return {
      stdin: typeof o.stdin === 'string' ? readerOf(o.stdin) : (o.stdin ?? stdio.stdin),
      stdout: o.stdout ?? stdio.stdout,
      stderr: o.stderr ?? stdio.stderr,
    }
  }

  #ended(child: Child, timeoutMs: number | undefined): Promise<ExitStatus> {
    if (timeoutMs === undefined) return child.exited(this)
    const { kernel } = this.state.space.system
    return this.task.wait<ExitStatus>((wake) => {
      const cancel = kernel.at(kernel.nowMs + timeoutMs, `${this.name} time-out`, () => child.kill('SIGKILL'))
      child.onExit((status) => {
        cancel()
        wake(status)
      })
      return cancel
    })
  }
}

/** kill(2): KILL, or a real or effective uid that fits. */
const maySignal = (from: Credentials, to: Credentials): boolean =>
  from.effective.has('KILL') || from.uid === to.uid || from.euid === to.uid

export const baseName = (path: string): string =>
  path
    .split('/')
    .filter((each) => each !== '')
    .at(-1) ?? path

/** The machine's side of a process, for programs that are part of the host (systemd, a shell). */
export function hostProcess(p: Process): HostProcess {
  if (p instanceof HostProcess) return p
  throw new Error('assertion failed: this program runs on a simulated machine only')
}

/** The machine on which a process (or a thread of it) runs, for the few programs that are part of its own software. */
export const machineOf = (p: Process): LabMachine => hostProcess(p).state.space.system.machine
