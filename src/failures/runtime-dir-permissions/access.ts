/** Who may do what in a folder: the kernel's rules for modes, owners and capabilities, without lists (ACLs) and LSMs. */

/** A folder as `stat` shows it. */
export interface Folder {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** Effective ids and capabilities of a process. */
export interface Identity {
  readonly uid: number
  readonly gid: number
  /** Supplementary groups: as good as `gid`. */
  readonly groups?: readonly number[]
  /** `CAP_DAC_OVERRIDE`: modes do not apply. */
  readonly overridesModes: boolean
}

/** `write`: change what the folder lists. `search`: reach anything inside. Creating an entry takes both. */
export type Access = 'write' | 'search'

const bits: Readonly<Record<Access, number>> = { write: 0o2, search: 0o1 }

/**
 * What of `wanted` the process lacks. The first class that fits decides alone: an owner without the bit is refused even
 * where everybody else has it, and uid 0 is an owner like any other once it has no DAC_OVERRIDE.
 *
 * @see torvalds/linux:fs/namei.c (acl_permission_check, generic_permission)
 */
export function lacks(folder: Folder, identity: Identity, wanted: readonly Access[]): readonly Access[] {
  if (identity.overridesModes) return []
  const granted = classBits(folder, identity)
  return wanted.filter((access) => (granted & bits[access]) === 0)
}

function classBits({ mode, uid, gid }: Folder, identity: Identity): number {
  if (identity.uid === uid) return (mode >> 6) & 0o7
  if (identity.gid === gid || identity.groups?.includes(gid)) return (mode >> 3) & 0o7
  return mode & 0o7
}

/** `0600 10001:0` */
export const renderFolder = ({ mode, uid, gid }: Folder): string => `${octal(mode)} ${uid}:${gid}`

export const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

/** `uid 10001, gid 0, without DAC_OVERRIDE` */
export const renderIdentity = ({ uid, gid, overridesModes }: Identity): string =>
  `uid ${uid}, gid ${gid}, ${overridesModes ? 'with' : 'without'} DAC_OVERRIDE`
