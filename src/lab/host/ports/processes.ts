import type { Random } from '#base/random.ts'
import type { Credentials } from '#lab/host/ports/credentials.ts'
import type { Files, PathConnection } from '#lab/host/ports/files.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type { Net } from '#lab/network/ports.ts'

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
  readonly name?: string // of its task and events; default: the last part of argv[0]
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
