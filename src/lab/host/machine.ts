import { assert } from '#base/assert.ts'
import type { Random } from '#base/random.ts'
import { root } from '#lab/host/credentials.ts'
import { type Boot, newBoot, skipEarlyPids } from '#lab/host/machine/boot.ts'
import { newContainer } from '#lab/host/machine/container.ts'
import { FilesApart } from '#lab/host/machine/files-apart.ts'
import { appendJournal } from '#lab/host/machine/journal.ts'
import { loadModule } from '#lab/host/machine/modules.ts'
import { diskRoot, type Hardware } from '#lab/host/machine/mounts.ts'
import {
  type Child,
  type Container,
  type ContainerSpec,
  type Credentials,
  type Files,
  type HaltHow,
  isErrno,
  type Machine,
  type ProcessInfo,
  type Program,
  type SpawnOptions,
  type Tree,
} from '#lab/host/ports.ts'
import { defaultPath, imageOf } from '#lab/host/process/execute.ts'
import type { MemoryBank } from '#lab/host/process/memory.ts'
import { baseName } from '#lab/host/process/process.ts'
import { childOf, ProcessState } from '#lab/host/process/state.ts'
import { nowhere, readerOf } from '#lab/host/process/streams.ts'
import {
  type FileHost,
  type FileSystem,
  filesOf,
  type Inode,
  MountNamespace,
  mountOf,
  system,
  type View,
  walk,
} from '#lab/host/vfs.ts'
import type { Cancel, Kernel, Task } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'
import type { KernelModules, NetStack } from '#lab/network/ports.ts'

export interface MachineOptions {
  readonly kernel: Kernel
  readonly name: string
  /** How often a machine of that name has been built anew: it is another one, with other ids. Default 0. */
  readonly build?: number
  /** What executables can run, by the name in `TreeEntry.program`. */
  readonly programs: ReadonlyMap<string, Program> | Readonly<Record<string, Program>>
  /** The disk as it was installed. */
  readonly tree: Tree
  /** The machine's own network namespace, with its network cards; called at each boot. */
  readonly createStack: (name: string) => NetStack
  /** A pod's network namespace. Default: `createStack`. */
  readonly createNetns?: (name: string) => NetStack
  /** From power-on until the kernel runs (20 s), and until systemd starts services (8 s). */
  readonly bootMs?: { readonly kernelMs: number; readonly userspaceMs: number }
  readonly kernelRelease?: string
  /** Default: 8 GiB. */
  readonly memoryBytes?: number
  /** Default: 60 GiB. */
  readonly diskBytes?: number
  /** Told, synchronously, when the kernel begins to run and when the machine is down. */
  readonly onUp?: () => void
  readonly onDown?: (how: HaltHow) => void
}

/** mke2fs's default for a disk of this size (mke2fs.conf: inode_ratio). */
const bytesPerInode = 16_384

/** What the distribution's libraries, kernels and documents take: they are not in the tree, because nothing here reads them. */
const installed = { usedBytes: 4_831_838_208, usedInodes: 112_384 }

/** How a machine goes on after an orderly end. */
export type PowerState = 'off' | 'reboot'

/** A line for the journal: `unit` is `kubelet.service`, `identifier` the name before the pid. */
export interface LogLine {
  readonly unit: string
  readonly identifier: string
  readonly pid?: number
  readonly message: string
}

/** A machine, with what its own system software and the lab's operator need beyond {@link Machine}. */
export interface LabMachine extends Machine, FileHost {
  readonly state: 'off' | 'booting' | 'up' | 'stopping'
  readonly userspaceMs: number
  readonly kernelRelease: string
  /** Virtual ms since 1970 as its clock tells it: that of the lab, and how far it is off. */
  readonly nowMs: number
  /** Sets its clock (settimeofday(2)); the hardware clock keeps it over a reboot. */
  setClock(nowMs: number): void
  /** How far it is ahead of the lab's time. */
  readonly clockOffMs: number
  /** Moves with every change of its files, whoever's, but for those that are {@link apart}: part of {@link Process.epochHere}. */
  readonly filesEpoch: number
  /** Files that change by the clock: whoever rests here as its place is told of these and of all others. */
  readonly apart: FilesApart
  /** Resolves when somebody sets it. */
  clockSet(by: Task): Promise<void>
  /** Powers it on. `kernelMs` and `userspaceMs` shorten this one boot. Does nothing unless it is off. */
  boot(o?: { readonly kernelMs?: number; readonly userspaceMs?: number }): void
  /** reboot(8): an orderly end, then a boot. Returns at once. */
  reboot(): void
  log(line: LogLine): void
  /** A line of the kernel's ring buffer, and of the journal. */
  kernelSays(text: string): void
  /** All processes, containers' too, by the machine's pids. */
  processes(): readonly ProcessInfo[]
  /** Puts what `make` answers on its disk where nothing is, with the directories on the way. A disk that lets nobody write stays as it is. */
  keepOnDisk(path: string, make: (fs: FileSystem) => Inode): void
  /** Whether root finds something there. */
  hasOnDisk(path: string): boolean
  /** What lives in memory only; throws (a bug) when the machine is off. */
  readonly running: Boot
  /** For PID 1: everything is stopped, so the kernel may go (reboot(2)). */
  finish(then: PowerState): void
}

/**
 * A computer of the lab: a disk that stays, and a kernel, processes and memory that come and go with each boot.
 *
 * Not imitated: CPU use (but for what a container's limit does to programs that start in it), swap, hardware faults, kernel threads,
 * file descriptors limits, cgroups.
 */
export function createMachine(options: MachineOptions): LabMachine {
  return new SimulatedMachine(options)
}

class SimulatedMachine implements LabMachine {
  readonly name: string
  readonly #options: Omit<MachineOptions, 'tree'>
  readonly #programs: ReadonlyMap<string, Program>
  #kernelRelease: string
  #hasModules = false
  readonly #disk: Inode
  readonly #random: Random
  readonly #starts = new Map<string, number>()
  readonly #whenDown: (() => void)[] = []
  #state: LabMachine['state'] = 'off'
  #clockOffMs = 0
  readonly #clockSet = new Notice()
  #boot: Boot | undefined
  #last: Boot | undefined
  #boots = 0
  #filesEpoch = 0
  readonly apart: FilesApart
  #powerOn: Cancel | undefined
  #userspaceMs: number

  constructor({ tree, ...options }: MachineOptions) {
    this.name = options.name
    this.#options = options
    this.apart = new FilesApart(options.kernel)
    this.#programs =
      options.programs instanceof Map ? options.programs : new Map(Object.entries(options.programs))
    this.#kernelRelease = options.kernelRelease ?? '5.15.0-136-generic'
    const diskBytes = options.diskBytes ?? 60 * 2 ** 30
    this.#disk = diskRoot(tree, this, {
      limitBytes: diskBytes,
      inodesMax: Math.floor(diskBytes / bytesPerInode),
      ...installed,
    })
    const { kernel, name, build = 0 } = options
    this.#random = kernel.random.fork(build === 0 ? name : `${name} build ${build}`)
    this.#userspaceMs = options.bootMs?.userspaceMs ?? 8_000
  }

  get state(): LabMachine['state'] {
    return this.#state
  }
  get up(): boolean {
    return this.#boot !== undefined
  }
  get bootId(): string {
    return this.#last?.id ?? ''
  }
  get bootedMs(): number {
    return this.#last?.startedMs ?? 0
  }
  get kernelRelease(): string {
    return this.#kernelRelease
  }

  get nowMs(): number {
    return this.#options.kernel.nowMs + this.#clockOffMs
  }

  setClock(nowMs: number): void {
    this.#clockOffMs = nowMs - this.#options.kernel.nowMs
    this.#clockSet.tell()
    this.#options.kernel.moved()
  }

  moved(): void {
    this.#filesEpoch++
    this.#options.kernel.movedAt(this)
    this.#options.kernel.movedAt(this.apart)
  }

  get filesEpoch(): number {
    return this.#filesEpoch
  }

  get hasLabels(): boolean {
    return this.#boot?.selinux !== undefined
  }

  get clockOffMs(): number {
    return this.#clockOffMs
  }

  clockSet(by: Task): Promise<void> {
    return this.#clockSet.wait(by)
  }

  get userspaceMs(): number {
    return this.#userspaceMs
  }
  get net(): NetStack {
    assert(this.#last !== undefined, `${this.name} has a network since its first boot`)
    return this.#last.stack
  }
  get task(): Task {
    assert(this.#last !== undefined, `${this.name} has tasks since its first boot`)
    return this.#last.task
  }
  get running(): Boot {
    assert(this.#boot !== undefined, `${this.name} is up`)
    return this.#boot
  }
  /** While it is off: the disk alone, as somebody with another computer sees it. */
  get files(): Files {
    return filesOf(this.#view())
  }

  boot(o: { readonly kernelMs?: number; readonly userspaceMs?: number } = {}): void {
    if (this.#state !== 'off') return
    const { kernel, bootMs } = this.#options
    this.#state = 'booting'
    this.#userspaceMs = o.userspaceMs ?? bootMs?.userspaceMs ?? 8_000
    const afterMs = o.kernelMs ?? bootMs?.kernelMs ?? 20_000
    this.#powerOn = kernel.at(kernel.nowMs + afterMs, `boot ${this.name}`, () => this.#startKernel())
  }

  reboot(): void {
    this.#requestEnd('reboot')
  }

  async halt(how: HaltHow): Promise<void> {
    if (this.#state === 'off') return
    const down = new Promise<void>((resolve) => this.#whenDown.push(resolve))
    if (how === 'shutdown' && this.#state !== 'booting') this.#requestEnd('off')
    else this.#cut(how)
    return down
  }

  finish(then: PowerState): void {
    const boot = this.running
    this.#boot = undefined
    // Tasks first: the kernel closes the sockets of what is left in order, while the network is still there.
    boot.task.stop()
    for (const net of [...boot.netns]) net.destroy({ silent: false })
    boot.stack.destroy({ silent: false })
    this.#down('shutdown')
    if (then === 'reboot') this.boot()
  }

  get disk(): FileSystem {
    return this.#disk.fs
  }

  get memory(): MemoryBank {
    return this.running.system.memory
  }

  keepOnDisk(path: string, make: (fs: FileSystem) => Inode): void {
    const view = this.#view()
    if (system.exists(view, path)) return
    try {
      system.mkdir(view, path.slice(0, path.lastIndexOf('/')), { parents: true })
      const { inode, parent, name } = walk(view, path, false)
      if (inode === undefined) parent.inode.put(name, make(parent.inode.fs))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  hasOnDisk(path: string): boolean {
    return system.exists(this.#view(), path)
  }

  kernelSays(text: string): void {
    this.#kernelLine(text)
  }

  createContainer(spec: ContainerSpec): Container {
    return newContainer(this.running, spec, this.#hardware)
  }

  createNetns(name: string): NetStack {
    const create = this.#options.createNetns ?? this.#options.createStack
    const net = create(name)
    const { netns } = this.running
    this.#adopt(net)
    const destroy = net.destroy.bind(net)
    // Whoever destroys it, the kernel need not do it again; and 48 hours of pods leave nothing behind.
    net.destroy = (o) => {
      netns.delete(net)
      destroy(o)
    }
    netns.add(net)
    return net
  }

  async start(argv: readonly string[], o: SpawnOptions & { readonly as: Credentials }): Promise<Child> {
    return childOf(this.#start(argv, o), this.running.space)
  }

  journal(unit: string, line: string): void {
    this.log({ unit, identifier: unit.replace(/\.\w+$/, ''), message: line })
  }

  log({ unit, identifier, pid, message }: LogLine): void {
    if (this.#boot === undefined) return
    const timeMs = this.nowMs
    appendJournal(this.#view(), { timeMs, bootId: this.#boot.id, unit, identifier, pid, message })
  }

  processes(): readonly ProcessInfo[] {
    const pids = this.#boot?.system.pids
    if (pids === undefined) return []
    return [...pids.table].map(([pid, { parent, image, startedMs }]) => ({
      pid,
      ppid: parent?.alive ? parent.hostPid : pid === 1 ? 0 : 1,
      uid: image.credentials.euid,
      argv: image.argv,
      startedMs,
    }))
  }

  #view(): View {
    const mounts = this.#boot?.space.mounts ?? new MountNamespace(mountOf(this.#disk, { path: '/' }))
    return { mounts, credentials: root, cwd: '/' }
  }

  #startKernel(): void {
    this.#powerOn = undefined
    const number = ++this.#boots
    const installed = this.#installedKernel()
    this.#kernelRelease = installed ?? this.#kernelRelease
    this.#hasModules = installed !== undefined
    this.#boot = newBoot({
      options: this.#options,
      machine: this,
      hardware: this.#hardware,
      programs: this.#programs,
      disk: this.#disk,
      id: this.#random.fork(`boot ${number}`).uuid(),
      startCount: (name) => this.#countStart(name),
    })
    this.#last = this.#boot
    this.#adopt(this.#boot.stack)
    this.#state = 'up'
    this.#kernelLine(
      `Linux version ${this.kernelRelease} (buildd@lcy02-amd64-017) (gcc 11.4.0) #147-Ubuntu SMP`,
    )
    this.#options.onUp?.()
    this.#startInit()
  }

  /** Joins a network namespace to this kernel: its modules, and its ring buffer. */
  #adopt(net: NetStack): void {
    const modules: KernelModules = {
      loaded: (name) => this.#boot?.modules.has(name) === true,
      request: (name) =>
        this.#boot !== undefined && loadModule(this.#boot, name, { alias: true }) === 'loaded',
    }
    net.hostKernel = {
      release: this.#kernelRelease,
      // A kernel without a package of its own has everything built in.
      ...(this.#hasModules ? { modules } : {}),
      says: (text) => this.#networkLine(text),
    }
  }

  /** net_ratelimit(): ten lines in five seconds, the others are counted (net.core.message_cost, message_burst). */
  #networkLine(text: string): void {
    if (this.#boot === undefined) return
    const limit = this.#boot.networkLines
    const nowMs = this.#options.kernel.nowMs
    if (nowMs - limit.sinceMs >= 5_000) {
      if (limit.missed > 0) this.#kernelLine(`net_ratelimit: ${limit.missed} callbacks suppressed`)
      Object.assign(limit, { sinceMs: nowMs, count: 0, missed: 0 })
    }
    if (++limit.count <= 10) this.#kernelLine(text)
    else limit.missed++
  }

  /** What the boot loader finds: the newest kernel's package points /boot/vmlinuz at itself. */
  #installedKernel(): string | undefined {
    try {
      return system.readlink(this.#view(), '/boot/vmlinuz').replace(/^.*vmlinuz-/, '')
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }

  get #hardware(): Hardware {
    return {
      kernelRelease: this.#kernelRelease,
      memoryBytes: this.#options.memoryBytes ?? 8 * 2 ** 30,
    }
  }

  #startInit(): void {
    const boot = this.running
    try {
      this.#kernelLine('Run /sbin/init as init process')
      const init = this.#start(['/sbin/init'], { as: root, env: { PATH: defaultPath }, name: 'systemd' })
      boot.space.init = init
      init.onExit(() => this.#panic(boot, 'Attempted to kill init!'))
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#kernelLine(`Kernel panic - not syncing: No working init found (${error.code}).`)
    }
    skipEarlyPids(boot)
  }

  /** Without its init a kernel stops, and everything with it. */
  #panic(boot: Boot, reason: string): void {
    if (this.#boot !== boot) return
    this.#kernelLine(`Kernel panic - not syncing: ${reason}`)
    this.#cut('crash')
  }

  #kernelLine(text: string): void {
    this.running.kernelLog.push({ timeMs: this.#options.kernel.nowMs, text })
    this.log({ unit: 'kernel', identifier: 'kernel', message: text })
  }

  #start(argv: readonly string[], o: SpawnOptions & { readonly as: Credentials }): ProcessState {
    const { space } = this.running
    const caller = {
      credentials: o.as,
      env: o.env ?? { PATH: defaultPath, HOME: '/root' },
      cwd: o.cwd ?? '/',
    }
    const stdio = {
      stdin: typeof o.stdin === 'object' ? o.stdin : readerOf(o.stdin ?? ''),
      stdout: o.stdout ?? nowhere,
      stderr: o.stderr ?? nowhere,
    }
    const image = imageOf(space, argv, caller)
    const name = o.name ?? baseName(argv[0] ?? '')
    return new ProcessState(space, { image, stdio, name, parent: undefined })
  }

  #countStart(name: string): number {
    const count = (this.#starts.get(name) ?? 0) + 1
    this.#starts.set(name, count)
    return count
  }

  #requestEnd(then: PowerState): void {
    if (this.#state !== 'up') return
    this.#state = 'stopping'
    const { onShutdown } = this.running
    if (onShutdown !== undefined) {
      onShutdown(then)
      return
    }
    // Nobody answers for PID 1: as the reset button after a while.
    const { kernel } = this.#options
    const boot = this.running
    kernel.at(kernel.nowMs, `reset ${this.name}`, () => {
      if (this.#boot === boot) this.finish(then)
    })
  }

  #cut(how: HaltHow): void {
    this.#powerOn?.()
    const boot = this.#boot
    this.#boot = undefined
    if (boot !== undefined) {
      // The network goes first, so that nothing a dying task closes reaches anybody.
      for (const net of [...boot.netns]) net.destroy({ silent: true })
      boot.stack.destroy({ silent: true })
      boot.task.stop()
    }
    this.#down(how)
  }

  #down(how: HaltHow): void {
    this.#state = 'off'
    this.#options.onDown?.(how)
    for (const tell of this.#whenDown.splice(0)) tell()
  }
}
