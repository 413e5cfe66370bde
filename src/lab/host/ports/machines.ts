import type { Capability, Credentials } from '#lab/host/ports/credentials.ts'
import type { Files } from '#lab/host/ports/files.ts'
import type { Child, SpawnOptions } from '#lab/host/ports/processes.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type { NetStack } from '#lab/network/ports.ts'

/** What a container image or a package brings: paths with content, owner, mode. */
export type TreeEntry =
  | {
      readonly path: string
      readonly kind: 'directory'
      readonly mode?: number
      readonly uid?: number
      readonly gid?: number
    }
  | { readonly path: string; readonly kind: 'symlink'; readonly target: string }
  | {
      readonly path: string
      readonly kind: 'file'
      readonly text?: string
      readonly mode?: number
      readonly uid?: number
      readonly gid?: number
      /** Makes the file an executable of the lab: the name under which the program was registered. */
      readonly program?: string
      /** The version that the executable was built as; the program reads it as {@link Process.version}. */
      readonly version?: string
      /** File capabilities, effective on exec (within the bounding set). */
      readonly capabilities?: readonly Capability[]
    }

export type Tree = readonly TreeEntry[]

export interface Mount {
  /** Where it appears. */
  readonly path: string
  readonly source:
    | {
        readonly kind: 'tmpfs'
        readonly mode?: number
        readonly uid?: number
        readonly gid?: number
        readonly sizeBytes?: number
      }
    | { readonly kind: 'bind'; readonly from: string } // a path of the machine's root
    | { readonly kind: 'tree'; readonly tree: Tree }
  readonly readOnly?: boolean
}

/** A pod's sandbox as a machine knows it: namespaces that containers share. */
export interface ContainerSpec {
  readonly name: string // for process names
  readonly root: Tree
  readonly mounts: readonly Mount[]
  readonly net: NetStack
  readonly hostname: string
  /** true: sees and may signal the machine's processes. */
  readonly hostPid?: boolean
  /**
   * Who may write /proc/sys inside: nobody (the default of every runtime), who may in the network part of it, or who
   * may anywhere (privileged).
   */
  readonly procSys?: 'read-only' | 'net-writable' | 'writable'
  readonly env: Readonly<Record<string, string>>
  /** Its control group. `oomScoreAdj`: -1000 to 1000, the higher the sooner it is killed when the machine runs out. */
  readonly memory?: { readonly limitBytes: number; readonly oomScoreAdj: number }
  /** How much of a core its programs get together. Default: as much as they want. */
  readonly cpuCores?: number
  /** For machines with SELinux: what was asked for, and the pod whose categories it has. */
  readonly selinux?: {
    readonly privileged: boolean
    readonly pod: string
    readonly type?: string | undefined
    readonly level?: string | undefined
  }
}

export interface Container {
  /** Starts a process inside. The first one is PID 1: when it ends, every other process inside is killed. */
  start(argv: readonly string[], o: SpawnOptions & { readonly as: Credentials }): Promise<Child>
  /** Reads and writes inside with root's rights, as the runtime does. */
  readonly files: Files
  /** A file's text, at once; undefined when there is none. */
  peek(path: string): string | undefined
  readonly alive: boolean
  /** What its processes hold, in bytes. */
  readonly memoryBytes: number
  /** What it wrote over its image, in bytes. */
  readonly diskBytes: number
  /** Whether its memory limit killed it. */
  readonly outOfMemory: boolean
  /** SIGKILL to everything inside; the tree is dropped. */
  destroy(): void
}

/** The room of a machine's one disk. */
export interface DiskSpace {
  readonly limitBytes: number
  readonly usedBytes: number
  readonly inodesMax: number
  readonly usedInodes: number
  /** Something grows (or shrinks) so much; throws ENOSPC. */
  claim(beforeBytes: number, afterBytes: number): void
}

export type HaltHow = 'shutdown' | 'crash' | 'power-cut'

/** One computer of the lab. Programs reach it only through what their {@link Process} offers; kubelet is handed it. */
export interface Machine {
  readonly name: string
  readonly up: boolean
  /** Changes at each boot: /proc/sys/kernel/random/boot_id. */
  readonly bootId: string
  readonly bootedMs: number
  /** The machine's own network namespace. */
  readonly net: NetStack
  /** Root's view of the machine's files. */
  readonly files: Files
  createContainer(spec: ContainerSpec): Container
  /** A new network namespace (a pod's), empty but for `lo`. */
  createNetns(name: string): NetStack
  /** Starts an executable in the machine's own namespaces. */
  start(argv: readonly string[], o: SpawnOptions & { readonly as: Credentials }): Promise<Child>
  /** For the container runtime and systemd: whether this machine's kernel still runs the boot it was started in. */
  readonly task: Task
  readonly memory: { readonly totalBytes: number; readonly usedBytes: number }
  readonly disk: DiskSpace
  /** Adds a line to the journal, as a unit's stdout does. */
  journal(unit: string, line: string): void
  boot(): void
  /**
   * shutdown: SIGTERM, then SIGKILL; sockets are closed orderly by what handles the signal, by the kernel else.
   * crash: the kernel dies, nothing is sent. power-cut: likewise, and the link goes down.
   */
  halt(how: HaltHow): Promise<void>
}
