import type { Capability, Credentials } from '#lab/host/ports.ts'

/** Every capability that the lab knows: what root has on a machine and in a privileged container. */
export const allCapabilities: ReadonlySet<Capability> = new Set<Capability>([
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'NET_ADMIN',
  'NET_RAW',
  'SYS_MODULE',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_TIME',
  'SYSLOG',
  'MKNOD',
  'AUDIT_WRITE',
  'SETFCAP',
])

/** What containerd gives a container that asks for nothing (`containerd/containerd:pkg/oci/spec.go`, defaultUnixCaps). */
export const defaultContainerCapabilities: ReadonlySet<Capability> = new Set<Capability>([
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
])

const none: ReadonlySet<Capability> = new Set()

/** Root of a machine. */
export const root: Credentials = {
  uid: 0,
  euid: 0,
  gid: 0,
  groups: [0],
  effective: allCapabilities,
  bounding: allCapabilities,
}

/**
 * A user as a login, systemd or a container runtime starts it. Capabilities named in `bounding` are effective for
 * uid 0 only; a user gets those of `ambient`.
 */
export function user(o: {
  readonly uid: number
  readonly gid?: number
  readonly groups?: readonly number[]
  readonly bounding?: ReadonlySet<Capability>
  readonly ambient?: ReadonlySet<Capability>
  readonly noNewPrivileges?: boolean
}): Credentials {
  const gid = o.gid ?? o.uid
  const bounding = o.bounding ?? allCapabilities
  const ambient = o.ambient ?? none
  return {
    uid: o.uid,
    euid: o.uid,
    gid,
    groups: [...new Set([gid, ...(o.groups ?? [])])],
    effective: o.uid === 0 ? bounding : ambient,
    bounding,
    ambient,
    ...(o.noNewPrivileges === undefined ? {} : { noNewPrivileges: o.noNewPrivileges }),
  }
}

/** What of an executable file changes who runs it. */
export interface Executable {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly capabilities?: readonly Capability[] | undefined
}

/**
 * The credentials after execve(2) of `file`, or `'EPERM'` when the file demands capabilities outside the bounding
 * set. Rules of capabilities(7), without inheritable sets and securebits: euid 0 gets the whole bounding set; file
 * capabilities become effective; anyone else keeps the ambient set.
 */
export function afterExec(before: Credentials, file: Executable): Credentials | 'EPERM' {
  const elevates = before.noNewPrivileges !== true
  const fileCapabilities = file.capabilities ?? []
  if (fileCapabilities.some((each) => !before.bounding.has(each))) return 'EPERM'
  const euid = elevates && (file.mode & 0o4000) !== 0 ? file.uid : before.euid
  const gid = elevates && (file.mode & 0o2000) !== 0 ? file.gid : before.gid
  const changed = euid !== before.euid || gid !== before.gid || fileCapabilities.length > 0
  const ambient = changed ? none : (before.ambient ?? none)
  const effective = effectiveAfter()
  // Most files change nothing about who runs them.
  if (!changed && ambient === before.ambient && effective === before.effective) return before
  return { ...before, euid, gid, ambient, effective }

  function effectiveAfter(): ReadonlySet<Capability> {
    if (euid === 0) return before.bounding
    if (fileCapabilities.length > 0 && elevates) return new Set(fileCapabilities)
    const left = [...ambient].filter((each) => before.bounding.has(each))
    return left.length === ambient.size ? ambient : new Set(left)
  }
}
