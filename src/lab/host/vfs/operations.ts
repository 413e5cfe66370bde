import { type DirectoryEntry, Errno, type Stat } from '#lab/host/ports.ts'
import { takeLabelAlong } from '#lab/host/selinux/labels.ts'
import type { Permission } from '#lab/host/selinux/policy.ts'
import { allows, created, demand, enforce, fromRoot, umask, writableParent } from '#lab/host/vfs/create.ts'
import type { Inode } from '#lab/host/vfs/inode.ts'
import { makeWay } from '#lab/host/vfs/make-way.ts'
import { isReadOnly } from '#lab/host/vfs/mounts.ts'
import {
  inGroup,
  mayChown,
  mayExecute,
  mayRead,
  mayWrite,
  owns,
  permits,
  stickyForbids,
} from '#lab/host/vfs/permission.ts'
import type { View } from '#lab/host/vfs/view.ts'
import { existing, type Found, sought, walk } from '#lab/host/vfs/walk.ts'

/** The system calls on files, synchronous. All throw {@link Errno} with the path as it was given. */

export { umask } from '#lab/host/vfs/create.ts'

export function read(view: View, path: string): string {
  const inode = opened(view, path, mayRead, 'read')
  return inode.device?.read(view) ?? inode.text
}

function opened(view: View, path: string, want: number, permission: Permission): Inode {
  const found = existing(view, path)
  const { inode, mount } = found
  if (inode.kind === 'directory') throw new Errno('EISDIR', path)
  if (inode.kind === 'socket') throw new Errno('EIO', path)
  if ((want & mayWrite) !== 0 && isReadOnly(mount) && inode.kind !== 'device') throw new Errno('EROFS', path)
  demand(view, inode, want, path)
  enforce(view, found, permission, path)
  return inode
}

/** What remains of a file once it is open: permissions were checked, names do not matter any more. */
export interface OpenFile {
  /** In bytes, when it was opened. */
  readonly size: number
  /** Throws ENOSPC. A promise only where something of the kernel has to be asked (sysctls). */
  append(text: string): Promise<void> | undefined
}

/** open(2) for writing: creates (mode 0666 less umask, or exactly `mode`), truncates unless `append`. */
export function openForWriting(
  view: View,
  path: string,
  o: { readonly append?: boolean; readonly mode?: number; readonly exclusive?: boolean } = {},
): OpenFile {
  const found = walk(view, path, true)
  if (found.inode !== undefined && o.exclusive) throw new Errno('EEXIST', path)
  if (found.inode === undefined && found.slash) throw new Errno('EISDIR', path)
  const inode =
    found.inode === undefined
      ? created(view, found, 'file', o.mode ?? 0o666 & ~umask)
      : opened(view, path, mayWrite, o.append ? 'append' : 'write')
  if (inode.device !== undefined) {
    const { device } = inode
    if (device.write === undefined) throw new Errno('EACCES', path)
    return { size: 0, append: (text) => device.write?.(text, view) ?? undefined }
  }
  const file = inode.keep()
  if (!o.append && found.inode !== undefined) rewrite(view, file, '')
  return {
    size: file.size,
    append: (text) => {
      file.appendText(text)
      return undefined
    },
  }
}

export function write(
  view: View,
  path: string,
  text: string,
  o: { readonly mode?: number } = {},
): Promise<void> | undefined {
  return openForWriting(view, path, o).append(text)
}

/** Writing takes setuid, setgid and file capabilities away, as Linux does for everyone without FSETID. */
function rewrite(view: View, inode: Inode, text: string): void {
  inode.setText(text)
  inode.capabilities = undefined
  if (!view.credentials.effective.has('FSETID')) inode.mode &= ~0o6000
}

export const stat = (view: View, path: string): Stat => existing(view, path).inode.stat()
export const lstat = (view: View, path: string): Stat => existing(view, path, false).inode.stat()

export function list(view: View, path: string): readonly DirectoryEntry[] {
  const found = existing(view, path)
  const { inode } = found
  if (inode.kind !== 'directory') throw new Errno('ENOTDIR', path)
  demand(view, inode, mayRead, path)
  enforce(view, found, 'read', path)
  const entries: DirectoryEntry[] = []
  for (const name of inode.names()) {
    const child = inode.child(name)
    if (child !== undefined) entries.push({ name, kind: child.kind })
  }
  return entries
}

export function mkdir(
  view: View,
  path: string,
  o: { readonly mode?: number; readonly parents?: boolean; readonly apart?: boolean } = {},
): void {
  if (o.parents) {
    makeWay(view, path, o)
    return
  }
  const found = walk(view, path, false)
  if (found.inode !== undefined) throw new Errno('EEXIST', path)
  created(view, found, 'directory', o.mode ?? 0o777 & ~umask)
}

export function symlink(view: View, target: string, path: string): void {
  const found = walk(view, path, false)
  if (found.inode !== undefined) throw new Errno('EEXIST', path)
  created(view, found, 'symlink', 0o777, target)
}

export function readlink(view: View, path: string): string {
  const { inode } = existing(view, path, false)
  if (inode.kind !== 'symlink') throw new Errno('EINVAL', path)
  return inode.target(view)
}

/** fallocate(2), ftruncate(2) upwards: makes a file at least (exactly, when it is empty) that long. */
export function allocate(view: View, path: string, bytes: number): void {
  openForWriting(view, path, { append: true })
  existing(view, path).inode.padTo(bytes)
}

/** A second name for a file (hard link). */
export function link(view: View, from: string, to: string): void {
  const source = existing(view, from, false)
  const inode = source.inode.keep()
  if (inode.kind === 'directory') throw new Errno('EPERM', from)
  const found = walk(view, to, false)
  if (found.inode !== undefined) throw new Errno('EEXIST', to)
  if (found.mount.root.fs !== source.mount.root.fs) throw new Errno('EXDEV', to)
  writableParent(view, found)
  found.parent.inode.put(found.name, inode)
}

export function remove(view: View, path: string, o: { readonly recursive?: boolean } = {}): void {
  const found = existing(view, path, false)
  if (o.recursive && found.inode.kind === 'directory') removeInside(view, found)
  removeName(view, found)
}

function removeInside(view: View, { inode, mount, path, names }: Found & { readonly inode: Inode }): void {
  if (inode.names().length === 0) return
  demand(view, inode, mayRead | mayWrite | mayExecute, path)
  enforce(view, { mount, inode, names }, 'read', path)
  for (const name of inode.names()) {
    const child = inode.child(name)
    if (child === undefined) continue
    const found = {
      path: `${path}/${name}`,
      mount,
      inode: child,
      parent: { mount, inode },
      name,
      names: view.confined === undefined ? [] : [...names, name],
      slash: false,
    }
    if (child.kind === 'directory') removeInside(view, found)
    removeName(view, found)
  }
}

function removeName(view: View, found: Found & { readonly inode: Inode }): void {
  const { inode, parent, name, path } = found
  if (name === '' || isMountPoint(found)) throw new Errno('EBUSY', path)
  writableParent(view, found)
  if (stickyForbids(view.credentials, parent.inode, inode)) throw new Errno('EPERM', path)
  if (inode.kind === 'directory' && inode.names().length > 0) throw new Errno('ENOTEMPTY', path)
  parent.inode.drop(name)
  inode.release()
}

/** A mount's root cannot lose the name under which it is mounted. */
const isMountPoint = ({ inode, mount, parent }: Found & { readonly inode: Inode }): boolean =>
  mount.root === inode || parent.mount.children?.has(inode) === true

export function rename(view: View, from: string, to: string): void {
  const source = existing(view, from, false)
  source.inode.keep()
  const target = walk(view, to, false)
  target.parent.inode.keep()
  if (source.name === '' || isMountPoint(source)) throw new Errno('EBUSY', from)
  if (source.parent.mount !== target.parent.mount) throw new Errno('EXDEV', from)
  for (const found of [source, target]) writableParent(view, found)
  if (stickyForbids(view.credentials, source.parent.inode, source.inode)) throw new Errno('EPERM', from)
  if (contains(source.inode, target.parent.inode)) throw new Errno('EINVAL', to)
  if (target.inode === source.inode) return
  if (target.inode !== undefined) replaceable(view, source.inode, target as Found & { readonly inode: Inode })
  if (source.inode.fs.host.hasLabels)
    takeLabelAlong({ ...source, names: fromRoot(view, source.names) }, fromRoot(view, newNames(target)))
  source.parent.inode.drop(source.name)
  target.parent.inode.put(target.name, source.inode)
}

const newNames = ({ names, name, inode }: Found): readonly string[] =>
  inode === undefined ? [...names, name] : names

function replaceable(view: View, source: Inode, target: Found & { readonly inode: Inode }): void {
  const { inode, path } = target
  if (isMountPoint(target)) throw new Errno('EBUSY', path)
  if (inode.kind === 'directory' && source.kind !== 'directory') throw new Errno('EISDIR', path)
  if (inode.kind !== 'directory' && source.kind === 'directory') throw new Errno('ENOTDIR', path)
  if (inode.kind === 'directory' && inode.names().length > 0) throw new Errno('ENOTEMPTY', path)
  if (stickyForbids(view.credentials, target.parent.inode, inode)) throw new Errno('EPERM', path)
  inode.release()
}

function contains(outer: Inode, inner: Inode): boolean {
  if (outer === inner) return true
  if (outer.kind !== 'directory') return false
  return outer.names().some((name) => {
    const child = outer.child(name)
    return child?.kind === 'directory' && contains(child, inner)
  })
}

export function chmod(view: View, path: string, mode: number): void {
  const found = existing(view, path)
  const { inode, mount } = found
  if (isReadOnly(mount)) throw new Errno('EROFS', path)
  enforce(view, found, 'setattr', path)
  if (!owns(view.credentials, inode)) throw new Errno('EPERM', path)
  const foreignGroup = !inGroup(view.credentials, inode.gid) && !view.credentials.effective.has('FSETID')
  inode.mode = (foreignGroup ? mode & ~0o2000 : mode) & 0o7777
  inode.moved()
}

export function chown(view: View, path: string, uid: number | undefined, gid: number | undefined): void {
  const found = existing(view, path)
  const { inode, mount } = found
  if (isReadOnly(mount)) throw new Errno('EROFS', path)
  enforce(view, found, 'setattr', path)
  if (!mayChown(view.credentials, inode, { uid, gid })) throw new Errno('EPERM', path)
  inode.uid = uid ?? inode.uid
  inode.gid = gid ?? inode.gid
  inode.moved()
  if (inode.kind !== 'file') return
  inode.mode &= ~0o6000
  inode.capabilities = undefined
}

export function exists(view: View, path: string): boolean {
  try {
    return sought(view, path) !== undefined
  } catch (error) {
    if (error instanceof Errno) return false
    throw error
  }
}

const wanted = { r: mayRead, w: mayWrite, x: mayExecute } as const
const words = { r: 'read', w: 'write' } as const

export function access(view: View, path: string, how: 'r' | 'w' | 'x'): boolean {
  try {
    const found = existing(view, path)
    const { inode, mount } = found
    if (how === 'w' && isReadOnly(mount) && inode.kind !== 'device') return false
    if (how === 'x' && mount.noExec && inode.kind === 'file') return false
    return permits(view.credentials, inode, wanted[how]) && (how === 'x' || allows(view, found, words[how]))
  } catch (error) {
    if (error instanceof Errno) return false
    throw error
  }
}

/** bind(2) on a path: EADDRINUSE where anything is there already, be it a dead socket. */
export function createSocket(view: View, path: string): Inode {
  const found = walk(view, path, false)
  if (found.inode !== undefined) throw new Errno('EADDRINUSE', path)
  return created(view, found, 'socket', 0o777 & ~umask)
}

/** The socket at `path`, for connect(2); ECONNREFUSED for whatever is none. */
export function connectable(view: View, path: string): Inode {
  const found = existing(view, path)
  const { inode } = found
  demand(view, inode, mayWrite, path)
  enforce(view, found, 'write', path)
  if (inode.kind !== 'socket') throw new Errno('ECONNREFUSED', path)
  return inode
}

/** Changes modification times (utimensat); makes an empty file where there is none. */
export function touch(view: View, path: string, timeMs: number): void {
  const found = walk(view, path, true)
  const inode = found.inode ?? created(view, found, 'file', 0o666 & ~umask)
  if (isReadOnly(found.mount)) throw new Errno('EROFS', path)
  if (found.inode !== undefined) enforce(view, { ...found, inode }, 'write', path)
  if (!owns(view.credentials, inode)) demand(view, inode, mayWrite, path)
  inode.mtimeMs = timeMs
  inode.moved()
}
