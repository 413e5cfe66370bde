import type { Credentials } from '#lab/host/ports.ts'
import type { Permission } from '#lab/host/selinux/policy.ts'
import type { Inode } from '#lab/host/vfs/inode.ts'
import type { Mount, MountNamespace } from '#lab/host/vfs/mounts.ts'

/** From where, and as whom, files are seen. */
export interface View {
  readonly mounts: MountNamespace
  readonly credentials: Credentials
  readonly cwd: string
  /** The process that looks, as /proc/self shows it. */
  readonly pid?: number
  /** What SELinux keeps it from; most are kept from nothing. */
  readonly confined?: Confinement | undefined
  /** Where its root is in what its namespace shows (chroot(2)). */
  readonly rootNames?: readonly string[] | undefined
}

/** What is to be done to what a path led to. */
export interface Asked {
  readonly permission: Permission
  readonly mount: Mount
  readonly inode: Inode
  readonly names: readonly string[]
  readonly pid: number | undefined
}

/** A domain of SELinux that may less than its credentials. */
export interface Confinement {
  permits(asked: Asked): boolean
}
