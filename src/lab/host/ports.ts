/**
 * The ports through which every program of the lab touches its machine. A program is plain async TypeScript that
 * waits on nothing else, so the same program could be carried by a simulated machine (data, virtual time) or by a
 * real one (processes, files). Calls are asynchronous for that reason; the simulated machine has a synchronous core.
 */
import { Quiet } from '#base/quiet.ts'
import type { Random } from '#base/random.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type { Net, NetStack } from '#lab/network/ports.ts'

// ---------------------------------------------------------------------------------------------- errors

/** errno names that the lab's machines answer with, and their glibc texts (strerror). */
export const errnoTexts = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EIO: 'Input/output error',
  EAGAIN: 'Resource temporarily unavailable',
  EMFILE: 'Too many open files',
  EBADF: 'Bad file descriptor',
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EXDEV: 'Invalid cross-device link',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  EPIPE: 'Broken pipe',
  EPROTO: 'Protocol error',
  EOPNOTSUPP: 'Operation not supported',
  ENOTEMPTY: 'Directory not empty',
  ELOOP: 'Too many levels of symbolic links',
  ENOEXEC: 'Exec format error',
  ENODEV: 'No such device',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ECONNRESET: 'Connection reset by peer',
  ECONNREFUSED: 'Connection refused',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
} as const

export type ErrnoCode = keyof typeof errnoTexts

/** A refused system call. `message` is the glibc text; programs put their own words before it. */
export class Errno extends Quiet {
  readonly code: ErrnoCode
  readonly path: string | undefined

  constructor(code: ErrnoCode, path?: string) {
    super(errnoTexts[code])
    this.name = 'Errno'
    this.code = code
    this.path = path
  }
}

export const isErrno = (error: unknown, code?: ErrnoCode): error is Errno =>
  error instanceof Errno && (code === undefined || error.code === code)

// ---------------------------------------------------------------------------------------- credentials

export type Capability =
  | 'CHOWN'
  | 'DAC_OVERRIDE'
  | 'DAC_READ_SEARCH'
  | 'FOWNER'
  | 'FSETID'
  | 'KILL'
  | 'SETGID'
  | 'SETUID'
  | 'SETPCAP'
  | 'NET_BIND_SERVICE'
  | 'NET_ADMIN'
  | 'NET_RAW'
  | 'SYS_MODULE'
  | 'SYS_CHROOT'
  | 'SYS_PTRACE'
  | 'SYS_ADMIN'
  | 'SYS_BOOT'
  | 'SYS_TIME'
  | 'SYSLOG'
  | 'MKNOD'
  | 'AUDIT_WRITE'
  | 'SETFCAP'

/** Who a process is. What a mode bit means depends on all of it. */
export interface Credentials {
  readonly uid: number // real
  readonly euid: number // effective; file access is decided by this one
  readonly gid: number // effective
  readonly groups: readonly number[]
  readonly effective: ReadonlySet<Capability>
  /** The limit: no executable (setuid, file capabilities) can give more than this. */
  readonly bounding: ReadonlySet<Capability>
  /** Kept effective when a non-root process executes an ordinary file (capabilities(7)). Default: none, as Kubernetes starts users. */
  readonly ambient?: ReadonlySet<Capability>
  /** `allowPrivilegeEscalation: false`: setuid bits and file capabilities of what it executes give nothing. */
  readonly noNewPrivileges?: boolean
}

// ---------------------------------------------------------------------------------------------- files

export type FileKind = 'file' | 'directory' | 'symlink' | 'socket' | 'device'

export interface Stat {
  readonly kind: FileKind
  /** Permission bits with setuid/setgid/sticky: 0o7777 at most. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly mtimeMs: number
  readonly inode: number
}

export interface DirectoryEntry {
  readonly name: string
  readonly kind: FileKind
}

/**
 * The files as one process sees them: its mounts, its credentials, its working directory. Every call rejects with
 * {@link Errno}. Links are followed unless it says otherwise.
 */
export interface Files {
  read(path: string): Promise<string>
  /** Creates (mode 0666 less umask 022 unless `mode` says so) or truncates. */
  write(path: string, text: string, o?: { readonly mode?: number }): Promise<void>
  append(path: string, text: string): Promise<void>
  stat(path: string): Promise<Stat>
  lstat(path: string): Promise<Stat>
  list(path: string): Promise<readonly DirectoryEntry[]> // sorted by name
  /** `apart`, with `parents`: if it is new, what changes in it is counted apart from the machine's other files (docs/decisions/0012). */
  mkdir(
    path: string,
    o?: { readonly mode?: number; readonly parents?: boolean; readonly apart?: boolean },
  ): Promise<void>
  remove(path: string, o?: { readonly recursive?: boolean }): Promise<void>
  rename(from: string, to: string): Promise<void>
  chmod(path: string, mode: number): Promise<void>
  chown(path: string, uid: number | undefined, gid: number | undefined): Promise<void>
  symlink(target: string, path: string): Promise<void>
  readlink(path: string): Promise<string>
  exists(path: string): Promise<boolean>
  /** access(2): may this process read / write / execute it? */
  access(path: string, how: 'r' | 'w' | 'x'): Promise<boolean>
}

/** A connected path socket; texts keep their boundaries. */
export interface PathConnection {
  send(text: string): void
  /** The next text; `undefined` once the other end has closed and all was read. */
  receive(by: Process, o?: { readonly timeoutMs?: number }): Promise<string | undefined>
  close(): void
}

// ------------------------------------------------------------------------------------------- processes

export type SignalName = 'SIGHUP' | 'SIGINT' | 'SIGKILL' | 'SIGTERM' | 'SIGUSR1' | 'SIGUSR2'

/** Text that flows out of a process. Writing never waits. */
export interface Writer {
  write(text: string): void
  /**
   * Writes a line that begins with a time (`2026-01-07 06:00:47.123`) and goes on with `rest`: for who says the same again and again to
   * who keeps it like that.
   */
  writeStamped?(timeMs: number, rest: string): void
}

/** Text that flows into a process. `read` answers what has come so far, and `undefined` at its end. */
export interface Reader {
  /** A person types it (isatty(3)). */
  readonly terminal?: boolean
  read(by: Process): Promise<string | undefined>
}

export interface ExitStatus {
  readonly code: number // 128 + n when a signal ended it, as a shell tells it
  readonly signal?: SignalName
  /** See {@link Process.vouch}. */
  readonly vouched?: true
}

export interface Output extends ExitStatus {
  readonly stdout: string
  readonly stderr: string
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>> // replaces the parent's
  readonly cwd?: string
  readonly as?: Credentials // default: the caller's, changed by setuid and file capabilities of the executable
  readonly stdin?: Reader | string
  readonly stdout?: Writer
  readonly stderr?: Writer
  /** Stays when the parent ends (default: it dies with its machine or container only). */
  readonly name?: string
  /** Of a health check: that it comes and goes makes no other check's answer old. */
  readonly passing?: boolean
}

/** A process that was started, as its parent sees it. */
export interface Child {
  readonly pid: number
  readonly alive: boolean
  exited(by: Process): Promise<ExitStatus>
  /** Called once, synchronously, when it has ended. */
  onExit(tell: (status: ExitStatus) => void): void
  kill(signal: SignalName): void
  /** To it and all that it started in the foreground, as its terminal sends Ctrl-C. */
  signalSession(signal: SignalName): void
}

export interface ProcessInfo {
  readonly pid: number
  readonly ppid: number
  readonly uid: number // effective
  readonly argv: readonly string[]
  readonly startedMs: number
}

/** What a running program holds: its identity, its machine's services, and the only ways to wait. */
export interface Process {
  readonly pid: number
  /** Stable and unique enough for the event log: `k8s-worker-03/calico-node/bird`. */
  readonly name: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly credentials: Credentials
  readonly hostname: string
  /** Of the executable that runs, as it was built; empty where nothing depends on it. */
  readonly version: string
  readonly task: Task
  readonly files: Files
  readonly net: Net
  readonly stdin: Reader
  readonly stdout: Writer
  readonly stderr: Writer
  /** Chance of this process alone, decided by the lab's seed and its name. */
  readonly random: Random

  /** Virtual ms since 1970, as this machine's clock tells it. */
  now(): number
  /** Virtual ms on a clock that nobody sets (CLOCK_MONOTONIC): for what has to last a while. */
  monotonic(): number
  sleep(ms: number): Promise<void>

  /** Moves with whatever another program's answer could depend on; the same number twice: nothing did (docs/decisions/0012). */
  readonly epoch: number
  /** Moves with the epoch and with the files of this machine: what is found out here depends on nothing else. */
  readonly epochHere: number
  /** Its exit code would be the same again, and running leave no trace, as long as the epoch here stands. */
  vouch(): void
  /** Health checks that ask this program may hear something else from now on. */
  moved(): void

  /** What this process holds in memory from now on; its container's limit may end it for that, in an event of its own. */
  useMemory(bytes: number): void

  /**
   * Starts an executable file found by `argv[0]` (PATH is searched when it has no slash).
   * Rejects with ENOENT, EACCES (no x bit, no search permission), ENOEXEC, and EPERM when the file's capabilities
   * are outside the bounding set (execve(2)).
   */
  spawn(argv: readonly string[], o?: SpawnOptions): Promise<Child>
  /** Starts it, waits for its end, collects what it wrote. `timeoutMs` kills it (SIGKILL). */
  run(argv: readonly string[], o?: SpawnOptions & { readonly timeoutMs?: number }): Promise<Output>
  /** A thread of this program: same process, same credentials; ends with it. */
  thread(name: string, main: (self: Process) => Promise<void>): Task

  /** Handles a signal instead of dying of it. SIGKILL cannot be handled. */
  onSignal(signal: SignalName, handler: () => void): void
  /** Rejects with ESRCH or EPERM. Pids are those of this process's pid namespace. */
  kill(pid: number, signal: SignalName): Promise<void>
  processes(): readonly ProcessInfo[]

  /** Binds a path socket (the file appears with mode 0755 less umask); rejects with EADDRINUSE, EACCES, ENOENT … */
  listenPath(path: string, accept: (connection: PathConnection) => void): Promise<{ close(): void }>
  /** Rejects with ENOENT, EACCES, or ECONNREFUSED when nobody listens (a stale file). */
  connectPath(path: string): Promise<PathConnection>

  /** Waits for the exclusive lock on a file (flock(2)), which its end gives back at the latest. Rejects with ENOENT. */
  flock(path: string): Promise<() => void>
}

/** What an executable file runs. The promise's number is the exit code. */
export type Program = (p: Process) => Promise<number>

// ------------------------------------------------------------------------------------------- machines

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
