import { allCapabilities } from '#lab/host/credentials.ts'
import type { Boot } from '#lab/host/machine/boot.ts'
import { procModules } from '#lab/host/machine/modules.ts'
import { procSys } from '#lab/host/machine/proc-sys.ts'
import type { Capability } from '#lab/host/ports.ts'
import type { MemoryBank } from '#lab/host/process/memory.ts'
import type { Space } from '#lab/host/process/space.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import {
  generatedFile,
  generatedLink,
  type Listing,
  listingOf,
  VirtualDirectory,
} from '#lab/host/vfs/virtual.ts'
import { FileSystem, type Inode, isReadOnly, type Mount } from '#lab/host/vfs.ts'

/**
 * /proc as the processes of one space see it: their pids, their mounts, their network's parameters.
 *
 * Not imitated: memory maps, file descriptors (but for 0–2 of the shell), cgroups, statistics of CPU and memory.
 */
export function procTree(boot: Boot, space: Space, o: { readonly kernelRelease: string }): Inode {
  const fs = new FileSystem('proc', { host: boot.system.machine })
  boot.sysctls.set('kernel/random/boot_id', boot.id)
  return new VirtualDirectory(fs, new Proc(fs, { boot, space, kernelRelease: o.kernelRelease }))
}

interface Shown {
  readonly boot: Boot
  readonly space: Space
  readonly kernelRelease: string
}

class Proc implements Listing {
  readonly #fs: FileSystem
  readonly #o: Shown
  readonly #made = new Map<string, Inode>()

  constructor(fs: FileSystem, o: Shown) {
    this.#fs = fs
    this.#o = o
  }

  child(name: string): Inode | undefined {
    if (!Object.hasOwn(procFiles, name)) return processFolder(this.#fs, this.#o.space, Number(name))
    const known = this.#made.get(name)
    if (known !== undefined) return known
    const made = procFiles[name]?.(this.#fs, this.#o)
    if (made !== undefined) this.#made.set(name, made)
    return made
  }

  names(): readonly string[] {
    return [...Object.keys(procFiles).sort(), ...[...this.#o.space.pids.table.keys()].map(String)].sort()
  }
}

const upSeconds = ({ system, startedMs }: Boot): number => (system.kernel.nowMs - startedMs) / 1000

/** Each is made when it is first asked for: a container has them all, and mostly nobody looks. */
const procFiles: Readonly<Record<string, (fs: FileSystem, shown: Shown) => Inode>> = {
  cmdline: (fs, { kernelRelease }) =>
    generatedFile(fs, () => `BOOT_IMAGE=/boot/vmlinuz-${kernelRelease} root=/dev/vda1 ro console=ttyS0\n`),
  filesystems: (fs) =>
    generatedFile(fs, () => 'nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\nnodev\tsysfs\n\text4\n'),
  loadavg: (fs, { boot: { system } }) =>
    generatedFile(fs, () => `0.08 0.10 0.09 1/${system.pids.table.size} ${system.pids.next - 1}\n`),
  meminfo: (fs, { boot }) => generatedFile(fs, () => meminfo(boot.system.memory)),
  modules: (fs, { boot }) => generatedFile(fs, () => procModules(boot)),
  mounts: (fs) => generatedLink(fs, () => 'self/mounts'),
  self: (fs) => generatedLink(fs, ({ pid }) => String(pid ?? 1)),
  sys: (fs, { boot, space }) => procSys(fs, { stack: space.stack, values: boot.sysctls }),
  uptime: (fs, { boot }) =>
    generatedFile(fs, () => `${upSeconds(boot).toFixed(2)} ${(upSeconds(boot) * 1.9).toFixed(2)}\n`),
  version: (fs, { kernelRelease }) =>
    generatedFile(
      fs,
      () => `Linux version ${kernelRelease} (buildd@lcy02-amd64-017) (gcc 11.4.0) #147-Ubuntu SMP\n`,
    ),
}

const kibibytes = (bytes: number): string => String(Math.floor(bytes / 1024)).padStart(8)

/** What is not held is half free and half cache. */
const meminfo = ({ totalBytes, usedBytes }: MemoryBank): string => {
  const available = Math.max(0, totalBytes - usedBytes)
  return `MemTotal:       ${kibibytes(totalBytes)} kB\nMemFree:        ${kibibytes(available / 2)} kB\nMemAvailable:   ${kibibytes(available)} kB\n`
}

function processFolder(fs: FileSystem, space: Space, pid: number): Inode | undefined {
  const process = space.pids.table.get(pid)
  if (process === undefined) return undefined
  const folder = new VirtualDirectory(
    fs,
    listingOf(() => ({
      cmdline: () => generatedFile(fs, () => process.image.argv.map((word) => `${word}\0`).join('')),
      comm: () => generatedFile(fs, () => `${process.command}\n`),
      cwd: () => generatedLink(fs, () => process.image.cwd),
      environ: () => environ(fs, process),
      mounts: () => generatedFile(fs, () => mountsText(process.space.mounts.list())),
      status: () => generatedFile(fs, () => statusText(process, space)),
    })),
  )
  folder.uid = process.image.credentials.euid
  folder.gid = process.image.credentials.gid
  return folder
}

function environ(fs: FileSystem, process: ProcessState): Inode {
  const inode = generatedFile(fs, () =>
    Object.entries(process.image.env)
      .map(([name, value]) => `${name}=${value}\0`)
      .join(''),
  )
  inode.mode = 0o400
  inode.uid = process.image.credentials.euid
  return inode
}

function statusText(process: ProcessState, space: Space): string {
  const { credentials: as } = process.image
  const parent = process.parent?.alive ? process.parent : undefined
  const ppid = parent === undefined ? 0 : parent.space.pids === space.pids ? parent.pid : 0
  const ids = (real: number, effective: number): string => [real, effective, effective, effective].join('\t')
  const pid = process.space.pids === space.pids ? process.pid : process.hostPid
  return [
    `Name:\t${process.command}`,
    'Umask:\t0022',
    'State:\tS (sleeping)',
    `Tgid:\t${pid}`,
    `Pid:\t${pid}`,
    `PPid:\t${ppid}`,
    `Uid:\t${ids(as.uid, as.euid)}`,
    `Gid:\t${ids(as.gid, as.gid)}`,
    `Groups:\t${as.groups.join(' ')}`,
    `VmRSS:\t${kibibytes(process.memoryBytes)} kB`,
    `CapInh:\t${capabilityMask(new Set())}`,
    `CapPrm:\t${capabilityMask(as.effective)}`,
    `CapEff:\t${capabilityMask(as.effective)}`,
    `CapBnd:\t${capabilityMask(as.bounding)}`,
    `CapAmb:\t${capabilityMask(as.ambient ?? new Set())}`,
    `NoNewPrivs:\t${as.noNewPrivileges ? 1 : 0}`,
    '',
  ].join('\n')
}

/** Bit numbers of torvalds/linux:include/uapi/linux/capability.h. */
const capabilityBits: Readonly<Record<Capability, number>> = {
  CHOWN: 0,
  DAC_OVERRIDE: 1,
  DAC_READ_SEARCH: 2,
  FOWNER: 3,
  FSETID: 4,
  KILL: 5,
  SETGID: 6,
  SETUID: 7,
  SETPCAP: 8,
  NET_BIND_SERVICE: 10,
  NET_ADMIN: 12,
  NET_RAW: 13,
  SYS_MODULE: 16,
  SYS_CHROOT: 18,
  SYS_PTRACE: 19,
  SYS_ADMIN: 21,
  SYS_BOOT: 22,
  SYS_TIME: 25,
  MKNOD: 27,
  AUDIT_WRITE: 29,
  SETFCAP: 31,
  SYSLOG: 34,
}

/** 41 capabilities of Linux 5.15; whoever has all that the lab knows is taken to have the rest too. */
const everyBit = (1n << 41n) - 1n

function capabilityMask(set: ReadonlySet<Capability>): string {
  const all = [...allCapabilities].every((each) => set.has(each))
  let mask = all ? everyBit : 0n
  for (const each of set) mask |= 1n << BigInt(capabilityBits[each])
  return mask.toString(16).padStart(16, '0')
}

export const mountsText = (mounts: readonly Mount[]): string =>
  mounts
    .map(
      (mount) =>
        `${mount.source} ${mount.path} ${mount.root.fs.type} ${isReadOnly(mount) ? 'ro' : 'rw'},${mount.noExec ? 'noexec,' : ''}relatime 0 0\n`,
    )
    .join('')
