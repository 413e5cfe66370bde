/**
 * A machine's files: inodes with owner and mode over a frozen tree, mount namespaces, and the permission checks of
 * Linux. The core is synchronous (`system`); programs get it as the asynchronous `Files`.
 *
 * Not imitated: access control lists and other extended attributes, quotas, atime and ctime, open-file limits, umask
 * changes (it is 022 everywhere), reading the zeros of a preallocated file (they only take room), a working directory that outlives the loss of search permission on
 * the way to it (it is a path here), mount propagation, hard-link counts.
 */

export { type Apart, type FileHost, FileSystem } from '#lab/host/vfs/file-system.ts'
export { filesOf } from '#lab/host/vfs/files.ts'
export { type Device, Inode } from '#lab/host/vfs/inode.ts'
export { covered, isReadOnly, type Mount, MountNamespace, mountOf, type Place } from '#lab/host/vfs/mounts.ts'
export * as system from '#lab/host/vfs/operations.ts'
export {
  builtOf,
  deviceOf,
  diskNode,
  folderOf,
  programOf,
  programText,
  type TreeNode,
  treeNode,
} from '#lab/host/vfs/tree.ts'
export type { View } from '#lab/host/vfs/view.ts'
export { existing, sought, walk } from '#lab/host/vfs/walk.ts'
