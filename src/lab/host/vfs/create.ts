import { Errno, type FileKind } from '#lab/host/ports.ts'
import type { Labelled } from '#lab/host/selinux/labels.ts'
import type { Permission } from '#lab/host/selinux/policy.ts'
import { Inode } from '#lab/host/vfs/inode.ts'
import { isReadOnly } from '#lab/host/vfs/mounts.ts'
import { mayExecute, mayWrite, permits } from '#lab/host/vfs/permission.ts'
import type { View } from '#lab/host/vfs/view.ts'
import type { Found } from '#lab/host/vfs/walk.ts'

export const umask = 0o022

/** Gives a new inode the name at which a path found nothing. Throws EROFS, EACCES, ENOENT, ENOSPC. */
export function created(view: View, found: Found, kind: FileKind, mode: number, text = ''): Inode {
  writableParent(view, found)
  const parent = found.parent.inode
  if (parent.dead) throw new Errno('ENOENT', found.path)
  try {
    parent.fs.claimName()
  } catch {
    throw new Errno('ENOSPC', found.path)
  }
  const inherits = (parent.mode & 0o2000) !== 0
  const inode = new Inode(parent.fs, kind, {
    mode: kind === 'directory' && inherits ? mode | 0o2000 : mode,
    uid: view.credentials.euid,
    gid: inherits ? parent.gid : view.credentials.gid,
    text,
  }).joins(parent)
  parent.put(found.name, inode)
  return inode
}

/** Throws where no name may be made or taken away. */
export function writableParent(view: View, found: Found): void {
  if (isReadOnly(found.parent.mount)) throw new Errno('EROFS', found.path)
  demand(view, found.parent.inode, mayWrite | mayExecute, found.path)
  if (view.confined !== undefined) enforce(view, parentOf(found), 'write', found.path)
}

const parentOf = ({ parent, inode, names }: Found): Labelled => ({
  ...parent,
  names: inode === undefined ? names : names.slice(0, -1),
})

/** Throws what SELinux forbids. */
export function enforce(view: View, at: Labelled, permission: Permission, path: string): void {
  if (view.confined !== undefined && !allows(view, at, permission)) throw new Errno('EACCES', path)
}

/** Whether SELinux lets the viewer do that. */
export function allows(view: View, { mount, inode, names }: Labelled, permission: Permission): boolean {
  const { confined, pid } = view
  if (confined === undefined) return true
  return confined.permits({ permission, mount, inode, names: fromRoot(view, names), pid })
}

/** Names from the viewer's root as names from the root of all that its namespace shows. */
export const fromRoot = ({ rootNames }: View, names: readonly string[]): readonly string[] =>
  rootNames === undefined ? names : [...rootNames, ...names]

export function demand(view: View, inode: Inode, want: number, path: string): void {
  if (!permits(view.credentials, inode, want)) throw new Errno('EACCES', path)
}
