import { KernelLog } from '#lab/host/machine/kernel-log.ts'
import { loadModule } from '#lab/host/machine/modules.ts'
import { type Hardware, mountStandard } from '#lab/host/machine/mounts.ts'
import { Ratelimit } from '#lab/host/machine/ratelimit.ts'
import { defaultSysctls } from '#lab/host/machine/sysctls.ts'
import type { LabMachine, MachineOptions, PowerState } from '#lab/host/machine.ts'
import type { Program } from '#lab/host/ports.ts'
import { kernelBytes } from '#lab/host/process/memory.ts'
import { PidSpace, type Space, type System } from '#lab/host/process/space.ts'
import { configuredMode, SELinux } from '#lab/host/selinux/selinux.ts'
import { type Inode, MountNamespace, mountOf } from '#lab/host/vfs.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type { HostKernel, KernelModules, NetStack } from '#lab/network/ports.ts'

/** Everything that a machine forgets when it goes down. */
export interface Boot {
  readonly id: string
  readonly startedMs: number
  readonly task: Task
  readonly system: System
  readonly space: Space
  readonly stack: NetStack
  /** Those of pods, to go with the kernel. */
  readonly netns: Set<NetStack>
  /** The machine itself and its containers. */
  readonly spaces: Set<Space>
  readonly kernelLog: KernelLog
  /** What its network namespaces, pods' too, have of this kernel. */
  readonly hostKernel: HostKernel
  readonly sysctls: Map<string, string>
  readonly modules: Set<string>
  /** Undefined: switched off, or a distribution without. */
  readonly selinux: SELinux | undefined
  /** What PID 1 registered for an orderly end. */
  onShutdown: ((then: PowerState) => void) | undefined
}

const firstPid = 300 // what kernel threads and early services have used up before

/** The kernel of a machine begins to run: its own network, memory file systems, no process yet. */
export function newBoot(o: {
  readonly options: Omit<MachineOptions, 'tree'>
  readonly machine: LabMachine
  readonly hardware: Hardware
  /** False: a kernel without a package of its own, which has everything built in. */
  readonly hasModules: boolean
  readonly programs: ReadonlyMap<string, Program>
  readonly disk: Inode
  readonly id: string
  readonly startCount: (name: string) => number
}): Boot {
  const { kernel, name } = o.options
  const task = kernel.start(name)
  const pids = new PidSpace()
  const stack = o.options.createStack(name)
  const system: System = {
    kernel,
    programs: o.programs,
    pids,
    machine: o.machine,
    startCount: o.startCount,
    memory: { totalBytes: o.hardware.memoryBytes, usedBytes: kernelBytes, onSystemOom: undefined },
  }
  const sysctls = defaultSysctls(storedHostname(o.disk) ?? name, o.hardware.kernelRelease)
  const space = machineSpace()
  const now = (): number => kernel.nowMs
  const kernelLog = new KernelLog({
    now,
    journal: (message) => o.machine.log({ unit: 'kernel', identifier: 'kernel', message }),
  })
  const network = new Ratelimit('net_ratelimit', { now, says: (text) => kernelLog.says(text) })
  const boot: Boot = {
    id: o.id,
    startedMs: kernel.nowMs,
    task,
    system,
    space,
    stack,
    netns: new Set(),
    spaces: new Set([space]),
    kernelLog,
    hostKernel: {
      release: o.hardware.kernelRelease,
      ...(o.hasModules ? { modules: modulesOf(() => boot) } : {}),
      says: (text) => network.says(text),
    },
    sysctls,
    modules: new Set(),
    selinux: selinuxOf(o),
    onShutdown: undefined,
  }
  mountStandard(boot, o.hardware)
  stack.hostKernel = boot.hostKernel
  return boot

  function machineSpace(): Space {
    return {
      name,
      system,
      mounts: new MountNamespace(mountOf(o.disk, { path: '/', source: '/dev/vda1' })),
      stack,
      get hostname() {
        return sysctls.get('kernel/hostname') ?? name
      },
      pids,
      task,
      members: new Set(),
      init: undefined,
    }
  }
}

/** The modules of a kernel that loads by itself what the network asks for. */
const modulesOf = (boot: () => Boot): KernelModules => ({
  loaded: (name) => boot().modules.has(name),
  request: (name) => loadModule(boot(), name, { alias: true }) === 'loaded',
})

/** As /etc/selinux/config wants it. */
function selinuxOf({
  disk,
  machine,
}: {
  readonly disk: Inode
  readonly machine: LabMachine
}): SELinux | undefined {
  const mode = configuredMode(disk.child('etc')?.child('selinux')?.child('config')?.text)
  if (mode === undefined || mode === 'disabled') return undefined
  return new SELinux({
    enforcing: mode === 'enforcing',
    says: (text) => machine.kernelSays(text),
    now: () => machine.nowMs,
  })
}

/** What systemd takes for the machine's name when it starts; nothing where the disk does not say. */
function storedHostname(disk: Inode): string | undefined {
  const text = disk.child('etc')?.child('hostname')?.text.trim()
  return text === '' ? undefined : text
}

/** Later processes get the pids that one sees on a machine which has been up for a moment. */
export function skipEarlyPids({ system }: Boot): void {
  system.pids.next = Math.max(system.pids.next, firstPid)
}
