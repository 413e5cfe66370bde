import type { LabMachine } from '#lab/host/machine.ts'
import type { Program } from '#lab/host/ports.ts'
import type { CpuQuota } from '#lab/host/process/cpu.ts'
import type { MemoryBank, MemoryGroup } from '#lab/host/process/memory.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import type { MountNamespace, View } from '#lab/host/vfs.ts'
import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import type { NetStack } from '#lab/network/ports.ts'

/** Process ids of one namespace. */
export class PidSpace {
  readonly table = new Map<number, ProcessState>()
  next = 1

  add(process: ProcessState): number {
    const pid = this.next++
    this.table.set(pid, process)
    return pid
  }
}

/** What processes need of the machine under them. */
export interface System {
  readonly kernel: Kernel
  readonly programs: ReadonlyMap<string, Program>
  /** The machine's own pids; those of containers appear in it too. */
  readonly pids: PidSpace
  readonly machine: LabMachine
  readonly memory: MemoryBank
  /** How often a process of this name was started, so that each has a chance of its own. */
  startCount(name: string): number
}

/** The namespaces that the processes of one container, or of the machine itself, share. */
export interface Space {
  /** `k8s-worker-03` or `k8s-worker-03/calico-node`. */
  readonly name: string
  readonly system: System
  readonly mounts: MountNamespace
  readonly stack: NetStack
  readonly hostname: string
  readonly pids: PidSpace
  /** Every process's task is a child of it. */
  readonly task: Task
  readonly members: Set<ProcessState>
  /** Undefined: only the machine's memory limits it. */
  readonly group?: MemoryGroup | undefined
  /** Undefined: its programs start in no time. */
  readonly cpu?: CpuQuota | undefined
  /** The SELinux context of its processes: on machines with SELinux, of containers. */
  readonly context?: string | undefined
  /** What SELinux keeps its processes from. */
  readonly confined?: View['confined']
  /** Where its root is in the namespace that it was taken from (chroot(2)). */
  readonly rootNames?: readonly string[] | undefined
  /** The process whose end ends all others. */
  init: ProcessState | undefined
}
