import type { Credentials } from '#lab/host/ports.ts'
import type { MountNamespace } from '#lab/host/vfs/mounts.ts'

/** From where, and as whom, files are seen. */
export interface View {
  readonly mounts: MountNamespace
  readonly credentials: Credentials
  readonly cwd: string
  /** The process that looks, as /proc/self shows it. */
  readonly pid?: number
}
