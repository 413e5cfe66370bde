import type { LabMachine } from '#lab/host/machine.ts'
import { KeepsakeDirectory, type Keepsakes } from '#lab/host/vfs/virtual.ts'
import { type FileSystem, Inode } from '#lab/host/vfs.ts'
import type { Cancel } from '#lab/kernel/kernel.ts'
import { LogFile, type LogFormat, PackedLog } from '#lab/runtime/log-file.ts'
import { inPages } from '#lab/runtime/log-room.ts'
import type { ContainerLog, GrowthWatch } from '#lab/runtime/logs.ts'
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

/**
 * The files that a node's containers log to, made up from what the runtime keeps whenever somebody looks.
 *
 * Removing one, emptying it, moving it away and removing its directory do what they do to containerd: see {@link ContainerLog}.
 * Not imitated: moving a directory of them away, which empties it; the inodes they take (`df -i`), and that a full disk takes no more of them; what somebody else writes into them, which is lost; a new file in the place
 * of one, into which containerd would write.
 */
export class LogFiles {
  readonly #machine: LabMachine
  readonly #instances: () => Iterable<ContainerInstance>
  readonly #format: LogFormat
  readonly #listeners = new Set<() => void>()
  readonly #files = new WeakMap<ContainerLog, LogFile>()
  readonly #rotated = new WeakMap<ContainerLog, Map<string, Inode>>()
  readonly #unlinked = new WeakSet<ContainerInstance>()
  #fs: FileSystem | undefined
  /** What logs that grow are held to; nobody looks while no kubelet runs. */
  readonly growth: GrowthWatch = { maxBytes: Number.POSITIVE_INFINITY, tell: () => {} }

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

  /** Running containers whose file is as large as the watch says. */
  get grown(): readonly ContainerInstance[] {
    const { maxBytes } = this.growth
    return [...this.#instances()].filter(({ log, state }) => state === 'running' && log.bytes >= maxBytes)
  }

  /**
   * Gives a container's file the name `NAME.stamp` and has the runtime begin a new one; of older ones the newest `olderMax` stay, packed
   * (kubernetes/kubernetes:pkg/kubelet/logs/container_log_manager.go, rotateLog).
   */
  rotate(
    instance: ContainerInstance,
    { stamp, olderMax }: { readonly stamp: string; readonly olderMax: number },
  ): void {
    const { log } = instance
    if (this.#fs === undefined || log.place !== 'named') return
    const file = this.#file(this.#fs, instance)
    const kept = this.#rotated.get(log) ?? new Map<string, Inode>()
    const names = [...kept.keys()].sort()
    for (const name of names.slice(0, Math.max(0, names.length - olderMax))) {
      kept.get(name)?.release()
      kept.delete(name)
    }
    for (const [name, inode] of [...kept])
      if (!name.endsWith('.gz')) {
        kept.delete(name)
        kept.set(`${name}.gz`, new PackedLog(inode.fs, inode))
        inode.release()
      }
    file.rotated(log)
    this.#files.delete(log)
    kept.set(`${logName(instance)}.${stamp}`, file)
    this.#rotated.set(log, kept)
  }

  /** What the files of one container take, also those that were rotated. */
  sizeOf({ log }: ContainerInstance): number {
    const rotated = [...(this.#rotated.get(log)?.values() ?? [])]
    return rotated.reduce((sum, { size }) => sum + inPages(size), inPages(log.bytes))
  }

  /** The files of a container that is no more give their room back. */
  release({ log }: ContainerInstance): void {
    log.releaseRoom()
    for (const inode of this.#rotated.get(log)?.values() ?? []) inode.release()
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
    this.#fs = fs
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
    const ours = (): ContainerInstance[] => [...this.#instances()].filter(isOurs)
    const here = (): ContainerInstance[] => ours().filter(({ log }) => log.place === 'named')
    const named = (name: string): ContainerInstance | undefined =>
      here().find((each) => logName(each) === name)
    const rotated = (): Map<string, Inode>[] => ours().flatMap(({ log }) => this.#rotated.get(log) ?? [])
    const kept: Keepsakes = {
      names: () => [...here().map(logName), ...rotated().flatMap((each) => [...each.keys()])],
      child: (name) => {
        const instance = named(name)
        if (instance !== undefined) return this.#file(fs, instance)
        return rotated()
          .find((each) => each.has(name))
          ?.get(name)
      },
      drop: (name) => {
        const instance = named(name)
        if (instance !== undefined) this.#unlink(instance)
        for (const each of rotated()) each.delete(name)
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

const logName = ({ attempt }: ContainerInstance): string => `${attempt}.log`

const newest = (instances: readonly ContainerInstance[], fs: FileSystem): number =>
  instances.reduce((latest, { createdMs }) => Math.max(latest, createdMs), fs.bornMs)

const linkTo = (fs: FileSystem, instance: ContainerInstance): Inode =>
  new Inode(fs, 'symlink', { mode: 0o777, text: logPath(instance) })
