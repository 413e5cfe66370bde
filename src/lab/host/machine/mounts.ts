import { root } from '#lab/host/credentials.ts'
import type { Boot } from '#lab/host/machine/boot.ts'
import { procTree } from '#lab/host/machine/proc.ts'
import {
  type ContainerSpec,
  Errno,
  type Mount as MountSpec,
  type Tree,
  type TreeEntry,
} from '#lab/host/ports.ts'
import type { Space } from '#lab/host/process/space.ts'
import {
  deviceOf,
  diskNode,
  existing,
  type FileHost,
  FileSystem,
  folderOf,
  Inode,
  mountOf,
  system,
  type TreeNode,
  treeNode,
  type View,
  walk,
} from '#lab/host/vfs.ts'

/** What a kernel is, apart from the machine's own disk. */
export interface Hardware {
  readonly kernelRelease: string
  readonly memoryBytes: number
}

/** A mount namespace seen with root's rights. */
export const rootView = (space: Space): View => ({ mounts: space.mounts, credentials: root, cwd: '/' })

/** The memory file systems of a booting machine. A place that does not exist stays without. */
export function mountStandard(boot: Boot, hardware: Hardware): void {
  const { space } = boot
  const host = boot.system.machine
  mountAt(space, '/dev', devices(host))
  mountAt(space, '/dev/shm', memory(host, { mode: 0o1777 }))
  mountAt(space, '/proc', procTree(boot, space, hardware))
  mountAt(space, '/sys', treeRoot('sysfs', sysTree, host))
  mountAt(space, '/run', memory(host, { sizeBytes: Math.floor(hardware.memoryBytes / 10) }))
}

/** The mounts of a container: what every runtime adds, then those of the spec, outer ones first. */
export function mountContainer(boot: Boot, space: Space, spec: ContainerSpec, hardware: Hardware): void {
  const host = boot.system.machine
  const proc = procTree(boot, space, hardware)
  for (const path of ['/proc', '/dev', '/sys']) makeDirectory(space, path)
  mountAt(space, '/proc', proc)
  restrictSysctls(space, spec.procSys ?? 'read-only')
  mountAt(space, '/dev', Inode.over(new FileSystem('tmpfs', { host }), containerDevices))
  mountAt(space, '/dev/shm', memory(host, { mode: 0o1777, sizeBytes: 64 * 1024 * 1024 }))
  mountAt(space, '/sys', treeRoot('sysfs', sysTree, host), { readOnly: spec.procSys !== 'writable' })
  const ordered = spec.mounts.toSorted((a, b) => depth(a.path) - depth(b.path))
  for (const mount of ordered) addMount(boot, space, mount, host)
}

const depth = (path: string): number => path.split('/').filter((name) => name !== '').length

function restrictSysctls(space: Space, how: NonNullable<ContainerSpec['procSys']>): void {
  if (how === 'writable') return
  bindOver(space, '/proc/sys', true)
  if (how === 'net-writable') bindOver(space, '/proc/sys/net', false)
}

/** Shows a place over itself, read-only or not. */
function bindOver(space: Space, path: string, readOnly: boolean): void {
  const { mount, inode } = existing(rootView(space), path)
  if (!readOnly) space.mounts.mount({ mount, inode }, mountOf(inode, { path, source: 'proc' }))
  else space.mounts.bind({ mount, inode }, { mount, inode, path }, { path, readOnly })
}

function addMount(boot: Boot, space: Space, spec: MountSpec, host: FileHost): void {
  const { source, path } = spec
  const readOnly = spec.readOnly ?? false
  switch (source.kind) {
    case 'tmpfs':
      makeDirectory(space, path)
      mountAt(space, path, memory(host, source), { readOnly })
      break
    case 'tree':
      makeDirectory(space, path)
      mountAt(space, path, treeRoot('tmpfs', source.tree, host), { readOnly })
      break
    case 'bind':
      bindFromMachine(boot, space, { from: source.from, path, readOnly })
      break
  }
}

function bindFromMachine(
  boot: Boot,
  space: Space,
  o: { readonly from: string; readonly path: string; readonly readOnly: boolean },
): void {
  const from = existing(rootView(boot.space), o.from)
  if (from.inode.kind === 'directory') makeDirectory(space, o.path)
  else makeFile(space, o.path)
  const at = existing(rootView(space), o.path)
  const origin = { mount: from.mount, inode: from.inode, path: `/${from.names.join('/')}` }
  space.mounts.bind({ mount: at.mount, inode: at.inode }, origin, {
    path: o.path,
    readOnly: o.readOnly,
    ...(boot.selinux && { origin: { path: origin.path, depth: at.names.length } }),
  })
}

function makeDirectory(space: Space, path: string): void {
  system.mkdir(rootView(space), path, { parents: true })
}

function makeFile(space: Space, path: string): void {
  makeDirectory(space, path.slice(0, path.lastIndexOf('/')) || '/')
  const found = walk(rootView(space), path, true)
  if (found.inode === undefined) system.write(rootView(space), path, '')
  else if (found.inode.kind === 'directory') throw new Errno('ENOTDIR', path)
}

function mountAt(space: Space, path: string, inode: Inode, o: { readonly readOnly?: boolean } = {}): void {
  if (!system.exists(rootView(space), path)) return
  const found = existing(rootView(space), path)
  if (found.inode.kind !== 'directory') return
  space.mounts.mount({ mount: found.mount, inode: found.inode }, mountOf(inode, { path, ...o }))
}

function memory(
  host: FileHost,
  o: { readonly mode?: number; readonly uid?: number; readonly gid?: number; readonly sizeBytes?: number },
): Inode {
  const fs = new FileSystem('tmpfs', { host, limitBytes: o.sizeBytes })
  return new Inode(fs, 'directory', { mode: o.mode ?? 0o755, uid: o.uid ?? 0, gid: o.gid ?? 0 })
}

interface Room {
  readonly limitBytes?: number
  readonly inodesMax?: number
  readonly usedBytes?: number
  readonly usedInodes?: number
  readonly over?: FileSystem
}

export const treeRoot = (type: string, tree: Tree, host: FileHost, room: Room = {}): Inode =>
  Inode.over(new FileSystem(type, { host, ...room }), treeNode(tree))

/** The disk of a machine, whose files are mostly those of the machines that were made before it. */
export const diskRoot = (tree: Tree, host: FileHost, room: Room): Inode =>
  Inode.over(new FileSystem('ext4', { host, ...room }), diskNode(tree))

/** /dev. */
const devices = (host: FileHost): Inode => Inode.over(new FileSystem('tmpfs', { host }), deviceTree)

/** Reading an endless device gives a piece of it. */
const devicesOfAll: Readonly<Record<string, TreeNode>> = {
  null: deviceOf({ read: () => '', write: () => undefined }),
  zero: deviceOf({ read: () => '\0'.repeat(512), write: () => undefined }),
  full: deviceOf({
    read: () => '\0'.repeat(512),
    write: () => {
      throw new Errno('ENOSPC')
    },
  }),
  fd: folderOf({}, 0o1777),
  shm: folderOf({}, 0o1777),
}

const deviceTree = folderOf(devicesOfAll)

/** With the file for last words, which the kubelet mounts in every container that does not want it elsewhere. */
const containerDevices = folderOf({
  ...devicesOfAll,
  'termination-log': {
    kind: 'file',
    mode: 0o666,
    uid: 0,
    gid: 0,
    text: '',
    capabilities: undefined,
    children: undefined,
  },
})

const sysTree: Tree = [
  { path: '/fs/bpf', kind: 'directory', mode: 0o700 },
  { path: '/fs/cgroup', kind: 'directory' },
  // What kubelet has below, where there is one: only the limits of it are imitated.
  ...['', '/kubepods-burstable.slice', '/kubepods-besteffort.slice'].map(
    (slice): TreeEntry => ({
      path: `/fs/cgroup/kubepods.slice${slice}/cgroup.max.descendants`,
      kind: 'file',
      mode: 0o644,
      text: 'max\n',
    }),
  ),
  { path: '/kernel/security', kind: 'directory' },
]
