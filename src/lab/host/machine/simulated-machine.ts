import { assert } from '#base/assert.ts'
import type { Random } from '#base/random.ts'
import { root } from '#lab/host/credentials.ts'
import { type Boot, newBoot, skipEarlyPids } from '#lab/host/machine/boot.ts'
import { MachineClock } from '#lab/host/machine/clock.ts'
import { newContainer } from '#lab/host/machine/container.ts'
import { FilesApart } from '#lab/host/machine/files-apart.ts'
import { appendJournal } from '#lab/host/machine/journal.ts'
import { installedKernel } from '#lab/host/machine/modules.ts'
import { diskRoot, type Hardware } from '#lab/host/machine/mounts.ts'
import type { LabMachine, LogLine, MachineOptions, PowerState } from '#lab/host/machine.ts'
import {
  type Child,
  type Container,
  type ContainerSpec,
  type Credentials,
  type Files,
  type HaltHow,
  isErrno,
  type ProcessInfo,
  type Program,
  type SpawnOptions,
} from '#lab/host/ports.ts'
import { defaultPath } from '#lab/host/process/execute.ts'
import { startWithoutParent } from '#lab/host/process/first.ts'
import type { MemoryBank } from '#lab/host/process/memory.ts'
import { childOf } from '#lab/host/process/started-child.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import {
  type FileSystem,
  filesOf,
  type Inode,
  MountNamespace,
  mountOf,
  system,
  type View,
  walk,
} from '#lab/host/vfs.ts'
import type { Cancel, Task } from '#lab/kernel/kernel.ts'
import type { NetStack } from '#lab/network/ports.ts'

/** mke2fs's default for a disk of this size (mke2fs.conf: inode_ratio). */
const bytesPerInode = 16_384

/** What the distribution's libraries, kernels and documents take: they are not in the tree, because nothing here reads them. */
const distribution = { usedBytes: 4_831_838_208, usedInodes: 112_384 }

/** See {@link LabMachine}. */
export class SimulatedMachine implements LabMachine {
  readonly name: string
  readonly clock: MachineClock
  readonly apart: FilesApart
  readonly #options: Omit<MachineOptions, 'tree'>
  readonly #programs: ReadonlyMap<string, Program>
  #kernelRelease: string
  readonly #disk: Inode
  readonly #random: Random
  readonly #starts = new Map<string, number>()
  readonly #whenDown: (() => void)[] = []
  #state: LabMachine['state'] = 'off'
  #boot: Boot | undefined
  #last: Boot | undefined
  #boots = 0
  #filesEpoch = 0
  #powerOn: Cancel | undefined
  #userspaceMs: number

  constructor({ tree, ...options }: MachineOptions) {
    this.name = options.name
    this.#options = options
    this.clock = new MachineClock(options.kernel)
    this.apart = new FilesApart(options.kernel)
    this.#programs =
      options.programs instanceof Map ? options.programs : new Map(Object.entries(options.programs))
    this.#kernelRelease = options.kernelRelease ?? '5.15.0-136-generic'
    const diskBytes = options.diskBytes ?? 60 * 2 ** 30
    this.#disk = diskRoot(tree, this, {
      limitBytes: diskBytes,
      inodesMax: Math.floor(diskBytes / bytesPerInode),
      ...distribution,
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
    return this.clock.nowMs
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
    this.running.kernelLog.says(text)
  }

  createContainer(spec: ContainerSpec): Container {
    return newContainer(this.running, spec, this.#hardware)
  }

  createNetns(name: string): NetStack {
    const create = this.#options.createNetns ?? this.#options.createStack
    const net = create(name)
    const { netns } = this.running
    net.hostKernel = this.running.hostKernel
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
    const installed = installedKernel(this.#view())
    this.#kernelRelease = installed ?? this.#kernelRelease
    this.#boot = newBoot({
      options: this.#options,
      machine: this,
      hardware: this.#hardware,
      hasModules: installed !== undefined,
      programs: this.#programs,
      disk: this.#disk,
      id: this.#random.fork(`boot ${number}`).uuid(),
      startCount: (name) => this.#countStart(name),
    })
    this.#last = this.#boot
    this.#state = 'up'
    this.kernelSays(
      `Linux version ${this.kernelRelease} (buildd@lcy02-amd64-017) (gcc 11.4.0) #147-Ubuntu SMP`,
    )
    this.#options.onUp?.()
    this.#startInit()
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
      this.kernelSays('Run /sbin/init as init process')
      const init = this.#start(['/sbin/init'], { as: root, env: { PATH: defaultPath }, name: 'systemd' })
      boot.space.init = init
      init.onExit(() => this.#panic(boot, 'Attempted to kill init!'))
    } catch (error) {
      if (!isErrno(error)) throw error
      this.kernelSays(`Kernel panic - not syncing: No working init found (${error.code}).`)
    }
    skipEarlyPids(boot)
  }

  /** Without its init a kernel stops, and everything with it. */
  #panic(boot: Boot, reason: string): void {
    if (this.#boot !== boot) return
    this.kernelSays(`Kernel panic - not syncing: ${reason}`)
    this.#cut('crash')
  }

  #start(argv: readonly string[], o: SpawnOptions & { readonly as: Credentials }): ProcessState {
    return startWithoutParent(this.running.space, argv, { env: { PATH: defaultPath, HOME: '/root' }, ...o })
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
