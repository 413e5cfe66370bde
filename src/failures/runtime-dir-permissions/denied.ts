import type { HostPathRow } from '#cluster/relations.ts'
import { type Access, type Folder, type Identity, lacks } from '#failures/runtime-dir-permissions/access.ts'
import type { Identities } from '#failures/runtime-dir-permissions/identities.ts'

/**
 * What calico-node needs of its folders. BIRD makes its control socket in the first; the second is only reached into
 * here: start-up writes the node's name to a file that outlives reboots.
 *
 * @see bird:sysdep/unix/main.c (cli_init_unix)
 * @see projectcalico/calico:node/filesystem/etc/rc.local
 */
export const wanted: Readonly<Record<string, readonly Access[]>> = {
  '/run/calico': ['write', 'search'],
  '/var/lib/calico': ['search'],
}

/** An absent folder is made by kubelet before the container starts; it denies nobody while it is not there. */
export const folderOf = ({ exists, mode, uid, gid }: HostPathRow): Folder | undefined =>
  !exists || mode === undefined || uid === undefined || gid === undefined ? undefined : { mode, uid, gid }

/** What is known of who uses a folder. */
export interface Known {
  readonly path: string
  readonly identities: Identities | undefined
  /** BIRD says that it is denied, so modes bind it, whatever the spec leaves open. */
  readonly wasDenied: boolean
}

/** `maybe`: it depends on credentials that were not seen. */
export function deniedIn(folder: Folder, { path, identities, wasDenied }: Known): 'yes' | 'no' | 'maybe' {
  if (identities === undefined) return wasDenied && isClosedToAll(folder, path) ? 'yes' : 'maybe'
  const refused = identities.all.filter((identity) => isDenied(folder, path, identity))
  if (refused.length === identities.all.length) return 'yes'
  if (refused.length === 0) return 'no'
  // The spec leaves open whether a setuid bit makes the user root. Where the denial fits the plain user, it was the plain
  // user; where it would only fit root, the folder has more likely been mended since.
  const [user] = identities.all
  return wasDenied && user !== undefined && isDenied(folder, path, user) ? 'yes' : 'maybe'
}

/** No class of users gets what is wanted: no owner in the world would help. */
const isClosedToAll = ({ mode, uid, gid }: Folder, path: string): boolean =>
  [
    { uid, gid },
    { uid: uid + 1, gid },
    { uid: uid + 1, gid: gid + 1 },
  ].every((identity) => isDenied({ mode, uid, gid }, path, { ...identity, overridesModes: false }))

const isDenied = (folder: Folder, path: string, identity: Identity): boolean =>
  lacks(folder, identity, wanted[path] ?? []).length > 0
