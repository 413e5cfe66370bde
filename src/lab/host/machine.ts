import type { Boot } from '#lab/host/machine/boot.ts'
import type { MachineClock } from '#lab/host/machine/clock.ts'
import type { FilesApart } from '#lab/host/machine/files-apart.ts'
import { SimulatedMachine } from '#lab/host/machine/simulated-machine.ts'
import type { HaltHow, Machine, ProcessInfo, Program, Tree } from '#lab/host/ports.ts'
import type { FileHost, FileSystem, Inode } from '#lab/host/vfs.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import type { NetStack } from '#lab/network/ports.ts'

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
  readonly clock: MachineClock
  /** Moves with every change of its files, whoever's, but for those that are {@link apart}: part of {@link Process.epochHere}. */
  readonly filesEpoch: number
  /** Files that change by the clock: whoever rests here as its place is told of these and of all others. */
  readonly apart: FilesApart
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
