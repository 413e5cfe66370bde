import type { Credentials } from '#lab/host/ports.ts'
import type { Inode } from '#lab/host/vfs/inode.ts'

export const mayRead = 4
export const mayWrite = 2
export const mayExecute = 1

/**
 * What Linux decides from mode, owner and credentials (generic_permission, torvalds/linux:fs/namei.c): the first class
 * that fits counts, also when it allows less than the next; DAC_OVERRIDE executes a file only if somebody may.
 */
export function permits(as: Credentials, inode: Inode, want: number): boolean {
  if ((classBits(as, inode) & want) === want) return true
  if (inode.kind === 'directory') {
    if (as.effective.has('DAC_OVERRIDE')) return true
    return (want & mayWrite) === 0 && as.effective.has('DAC_READ_SEARCH')
  }
  if (want === mayRead && as.effective.has('DAC_READ_SEARCH')) return true
  if (!as.effective.has('DAC_OVERRIDE')) return false
  return (want & mayExecute) === 0 || (inode.mode & 0o111) !== 0
}

function classBits(as: Credentials, inode: Inode): number {
  if (as.euid === inode.uid) return inode.mode >> 6
  if (inode.ownerCapability !== undefined && as.effective.has(inode.ownerCapability)) return inode.mode >> 6
  if (inGroup(as, inode.gid)) return inode.mode >> 3
  return inode.mode
}

export const inGroup = (as: Credentials, gid: number): boolean => as.gid === gid || as.groups.includes(gid)

/** May change mode and times: the owner, or FOWNER. */
export const owns = (as: Credentials, inode: Inode): boolean =>
  as.euid === inode.uid || as.effective.has('FOWNER')

/** chown(2): with CHOWN anything; the owner may give the file to one of his groups. */
export function mayChown(
  as: Credentials,
  inode: Inode,
  to: { uid: number | undefined; gid: number | undefined },
) {
  if (as.effective.has('CHOWN')) return true
  if (as.euid !== inode.uid) return false
  if (to.uid !== undefined && to.uid !== inode.uid) return false
  return to.gid === undefined || to.gid === inode.gid || inGroup(as, to.gid)
}

/** Whether the sticky bit of `parent` keeps this user from removing or renaming `inode` in it. */
export const stickyForbids = (as: Credentials, parent: Inode, inode: Inode): boolean =>
  (parent.mode & 0o1000) !== 0 &&
  as.euid !== inode.uid &&
  as.euid !== parent.uid &&
  !as.effective.has('FOWNER')
