import { Errno, type FileKind } from '#lab/host/ports.ts'
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
}

export function demand(view: View, inode: Inode, want: number, path: string): void {
  if (!permits(view.credentials, inode, want)) throw new Errno('EACCES', path)
}
