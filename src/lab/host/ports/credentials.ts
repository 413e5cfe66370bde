export type Capability =
  | 'CHOWN'
  | 'DAC_OVERRIDE'
  | 'DAC_READ_SEARCH'
  | 'FOWNER'
  | 'FSETID'
  | 'KILL'
  | 'SETGID'
  | 'SETUID'
  | 'SETPCAP'
  | 'NET_BIND_SERVICE'
  | 'NET_ADMIN'
  | 'NET_RAW'
  | 'SYS_MODULE'
  | 'SYS_CHROOT'
  | 'SYS_PTRACE'
  | 'SYS_ADMIN'
  | 'SYS_BOOT'
  | 'SYS_TIME'
  | 'SYSLOG'
  | 'MKNOD'
  | 'AUDIT_WRITE'
  | 'SETFCAP'

/** Who a process is. What a mode bit means depends on all of it. */
export interface Credentials {
  readonly uid: number // real
  readonly euid: number // effective; file access is decided by this one
  readonly gid: number // effective
  readonly groups: readonly number[]
  readonly effective: ReadonlySet<Capability>
  /** The limit: no executable (setuid, file capabilities) can give more than this. */
  readonly bounding: ReadonlySet<Capability>
  /** Kept effective when a non-root process executes an ordinary file (capabilities(7)). Default: none, as Kubernetes starts users. */
  readonly ambient?: ReadonlySet<Capability>
  /** `allowPrivilegeEscalation: false`: setuid bits and file capabilities of what it executes give nothing. */
  readonly noNewPrivileges?: boolean
}
