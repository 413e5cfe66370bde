import { rfc3339Micro } from '#base/clock.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import type { Stat } from '#lab/host/ports.ts'
import { KeepsakeDirectory, type Keepsakes } from '#lab/host/vfs/virtual.ts'
import { type FileSystem, Inode } from '#lab/host/vfs.ts'
import type { Cancel } from '#lab/kernel/kernel.ts'
import type { ContainerLog, LogLine } from '#lab/runtime/logs.ts'
import type { ContainerInstance, PodIdentity } from '#lab/runtime/records.ts'

export const podLogsFolder = '/var/log/pods'
export const logLinksFolder = '/var/log/containers'

/** kubernetes/kubernetes:pkg/kubelet/kuberuntime/helpers.go (BuildPodLogsDirectory, buildContainerLogsPath) */
export const logPath = ({ pod, name, attempt }: ContainerInstance): string =>
  `${podLogsFolder}/${podFolder(pod)}/${name}/${attempt}.log`

const podFolder = ({ namespace, name, uid }: PodIdentity): string => `${namespace}_${name}_${uid}`

/** kubernetes/kubernetes:pkg/kubelet/kuberuntime/legacy.go (legacyLogSymlink, logSymlink) */
const linkName = ({ pod, name, id }: ContainerInstance): string =>
  `${pod.name}_${pod.namespace}_${name}-${id}.log`

/** What makes the files differ between runtimes: how UTC ends a time. */
export interface LogFormat {
  readonly utc: 'Z' | '+00:00'
}

/** containerd cuts longer lines to pieces (pkg/cri/config: max_container_log_line_size). */
const pieceMax = 16_384

/**
 * The files that a node's containers log to, made up from what the runtime keeps whenever somebody looks.
 *
 * Removing one, emptying it, moving it away and removing its directory do what they do to containerd: see {@link ContainerLog}.
 * Not imitated: rotated files; moving a directory of them away, which empties it; the room they take (`df`); what somebody else writes into them, which is lost; a new file in the place
 * of one, into which containerd would write.
 */
export class LogFiles {
  readonly #machine: LabMachine
  readonly #instances: () => Iterable<ContainerInstance>
  readonly #format: LogFormat
  readonly #listeners = new Set<() => void>()
  readonly #files = new WeakMap<ContainerLog, LogFile>()
  readonly #unlinked = new WeakSet<ContainerInstance>()

  constructor(o: {
    readonly machine: LabMachine
    readonly instances: () => Iterable<ContainerInstance>
    readonly format: LogFormat
  }) {
    this.#machine = o.machine
    this.#instances = o.instances
    this.#format = o.format
    this.keep()
  }

  /** Makes the two directories where somebody has removed them. */
  keep(): void {
    this.#machine.keepOnDisk(podLogsFolder, (fs) => this.#pods(fs))
    this.#machine.keepOnDisk(logLinksFolder, (fs) => this.#links(fs))
  }

  /** Tells, synchronously, when the file of a running container has lost its name. */
  onUnlink(tell: () => void): Cancel {
    this.#listeners.add(tell)
    return () => this.#listeners.delete(tell)
  }

  /** Running containers whose file has no name. */
  get unlinked(): readonly ContainerInstance[] {
    return [...this.#instances()].filter(({ log, state }) => state === 'running' && log.place === 'unlinked')
  }

  /** Why the log cannot be read, as the kubelet says it; nothing when it can. */
  missing(instance: ContainerInstance): string | undefined {
    if (instance.log.place === 'named') return undefined
    const path = logPath(instance)
    return `failed to try resolving symlinks in path "${path}": lstat ${this.#firstMissing(path)}: no such file or directory`
  }

  #firstMissing(path: string): string {
    const names = path.split('/')
    const ways = names.map((_, at) => names.slice(0, at + 1).join('/')).slice(1)
    return ways.find((way) => !this.#machine.hasOnDisk(way)) ?? path
  }

  /** /var/log/pods */
  #pods(fs: FileSystem): Inode {
    return this.#directory(fs, {
      under: () => true,
      nameOf: ({ pod }) => podFolder(pod),
      make: (pod) =>
        this.#directory(fs, {
          under: (each) => podFolder(each.pod) === pod,
          nameOf: ({ name }) => name,
          make: (name) => this.#logs(fs, (each) => podFolder(each.pod) === pod && each.name === name),
          drop: (name) => this.#forsake((each) => podFolder(each.pod) === pod && each.name === name),
        }),
      drop: (pod) => this.#forsake((each) => podFolder(each.pod) === pod),
    })
  }

  /** /var/log/containers */
  #links(fs: FileSystem): Inode {
    const here = (): ContainerInstance[] =>
      [...this.#instances()].filter((each) => each.startedMs > 0 && !this.#unlinked.has(each))
    const made = new WeakMap<ContainerInstance, Inode>()
    return new KeepsakeDirectory(fs, {
      names: () => here().map(linkName),
      child: (name) => {
        const instance = here().find((each) => linkName(each) === name)
        if (instance === undefined) return undefined
        const link = made.get(instance) ?? linkTo(fs, instance)
        made.set(instance, link)
        return link
      },
      drop: (name) => {
        for (const each of here()) if (linkName(each) === name) this.#unlinked.add(each)
      },
      changedMs: () => newest(here(), fs),
    })
  }

  /** A directory that is there as long as one log has it for its home. */
  #directory(
    fs: FileSystem,
    o: {
      readonly under: (instance: ContainerInstance) => boolean
      readonly nameOf: (instance: ContainerInstance) => string
      readonly make: (name: string) => Inode
      readonly drop: (name: string) => void
    },
  ): Inode {
    const made = new Map<string, Inode>()
    const here = (): ContainerInstance[] =>
      [...this.#instances()].filter((each) => each.log.place !== 'homeless' && o.under(each))
    const names = (): Set<string> => {
      const found = new Set(here().map(o.nameOf))
      for (const name of made.keys()) if (!found.has(name)) made.delete(name)
      return found
    }
    return new KeepsakeDirectory(fs, {
      names: () => [...names()],
      child: (name) => {
        if (!names().has(name)) return undefined
        const inode = made.get(name) ?? o.make(name)
        made.set(name, inode)
        return inode
      },
      drop: o.drop,
      changedMs: () => newest(here(), fs),
    })
  }

  /** The directory of one container, with a file for each instance. */
  #logs(fs: FileSystem, isOurs: (instance: ContainerInstance) => boolean): Inode {
    const named = (name: string): ContainerInstance | undefined =>
      here().find(({ attempt }) => `${attempt}.log` === name)
    const here = (): ContainerInstance[] =>
      [...this.#instances()].filter((each) => each.log.place === 'named' && isOurs(each))
    const kept: Keepsakes = {
      names: () => here().map(({ attempt }) => `${attempt}.log`),
      child: (name) => {
        const instance = named(name)
        return instance === undefined ? undefined : this.#file(fs, instance)
      },
      drop: (name) => {
        const instance = named(name)
        if (instance !== undefined) this.#unlink(instance)
      },
      changedMs: () => newest(here(), fs),
    }
    return new KeepsakeDirectory(fs, kept)
  }

  #file(fs: FileSystem, { log, createdMs }: ContainerInstance): LogFile {
    const file = this.#files.get(log) ?? new LogFile(fs, { log, createdMs, format: this.#format })
    this.#files.set(log, file)
    return file
  }

  #unlink(instance: ContainerInstance): void {
    const { log } = instance
    this.#files.get(log)?.detach()
    this.#files.delete(log)
    log.unlink('unlinked')
    if (instance.state === 'running') for (const tell of [...this.#listeners]) tell()
  }

  #forsake(isOurs: (instance: ContainerInstance) => boolean): void {
    for (const each of this.#instances()) if (isOurs(each)) each.log.unlink('homeless')
  }
}

const newest = (instances: readonly ContainerInstance[], fs: FileSystem): number =>
  instances.reduce((latest, { createdMs }) => Math.max(latest, createdMs), fs.bornMs)

const linkTo = (fs: FileSystem, instance: ContainerInstance): Inode =>
  new Inode(fs, 'symlink', { mode: 0o777, text: logPath(instance) })

/** One container's log as a file. Once it has lost its name it is what it was then. */
class LogFile extends Inode {
  readonly #format: LogFormat
  readonly #createdMs: number
  #log: ContainerLog | undefined
  #left = ''

  constructor(
    fs: FileSystem,
    o: { readonly log: ContainerLog; readonly createdMs: number; readonly format: LogFormat },
  ) {
    super(fs, 'file', { mode: 0o640 })
    this.#log = o.log
    this.#createdMs = o.createdMs
    this.#format = o.format
  }

  override get text(): string {
    if (this.#log === undefined) return this.#left
    return this.#log
      .lines()
      .map((line) => framed(line, this.#format))
      .join('')
  }

  override get size(): number {
    if (this.#log === undefined) return Buffer.byteLength(this.#left)
    const { bytes, pieces } = this.#log.measure(pieceMax)
    return bytes + pieces * frameLength(this.#format)
  }

  /** open(2) with O_TRUNC. */
  override setText(): void {
    if (this.#log === undefined) this.#left = ''
    else this.#log.empty()
    this.fs.host.moved()
  }

  override appendText(text: string): void {
    if (this.#log === undefined) this.#left += text
  }

  override padTo(): void {}

  override release(): void {}

  override stat(): Stat {
    const mtimeMs = this.#log === undefined ? this.mtimeMs : Math.max(this.#createdMs, this.#log.changedMs)
    return { ...super.stat(), mtimeMs }
  }

  detach(): void {
    const { mtimeMs } = this.stat()
    this.#left = this.text
    this.mtimeMs = mtimeMs
    this.#log = undefined
  }
}

/**
 * One line as the runtime writes it: containerd/containerd:pkg/cri/io/logger.go (redirectLogs), containers/conmon:src/ctr_logging.c
 * (write_k8s_log).
 */
function framed({ timeMs, stream, text }: LogLine, format: LogFormat): string {
  const head = `${logTime(timeMs, format)} ${stream}`
  let left = text
  let pieces = ''
  for (; left.length > pieceMax; left = left.slice(pieceMax))
    pieces += `${head} P ${left.slice(0, pieceMax)}\n`
  return `${pieces}${head} F ${left}\n`
}

const frameLength = (format: LogFormat): number =>
  framed({ timeMs: 0, stream: 'stdout', text: '' }, format).length

/** Nine digits, of which the lab knows three: `2026-01-07T06:30:00.123000000Z`. */
const logTime = (ms: number, { utc }: LogFormat): string => rfc3339Micro(ms).replace('Z', `000${utc}`)
