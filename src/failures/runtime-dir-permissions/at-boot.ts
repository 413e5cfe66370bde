import type { Fact, Reads } from '#cluster/facts.ts'
import type { TmpfilesEntryRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { Folder } from '#failures/runtime-dir-permissions/access.ts'

/** What a runtime folder will be after the next boot, and who says so. */
export interface AtBoot {
  readonly folder: Folder
  /** The line that wins; `'none'`: no line names the folder, so kubelet makes it for the pod's hostPath volume. */
  readonly entry: Fact<TmpfilesEntryRow> | 'none'
}

/** kubelet makes a missing `DirectoryOrCreate` folder 0755 root:root (kubernetes/kubernetes:pkg/volume/hostpath/host_path.go). */
const madeByKubelet: Folder = { mode: 0o755, uid: 0, gid: 0 }

/**
 * `/run` is empty after a boot, so tmpfiles.d alone decides. `undefined`: not read, or it names a user that only the node
 * can resolve.
 *
 * @see systemd/systemd:man/tmpfiles.d.xml (of files that configure the same path, the lexically first wins)
 */
export function atBoot(view: Reads<'tmpfilesEntries'>, node: string, path: string): AtBoot | undefined {
  if (!path.startsWith('/run/')) return undefined
  const entry = winningEntry(view, node, path)
  if (entry !== undefined) {
    const folder = madeBy(entry)
    return folder === undefined ? undefined : { folder, entry }
  }
  const wasRead = view.coverage('tmpfilesEntries', nodeSubject(node)).kind === 'complete'
  return wasRead ? { folder: madeByKubelet, entry: 'none' } : undefined
}

export const winningEntry = (
  view: Reads<'tmpfilesEntries'>,
  node: string,
  path: string,
): Fact<TmpfilesEntryRow> | undefined =>
  view
    .rows('tmpfilesEntries')
    .find((row) => row.node === node && row.wins && canonical(row.path) === path && /^[dD]/.test(row.kind))

/** `d /run/calico 0600 10001 0` */
export const renderEntry = ({ kind, path, mode, user, group }: TmpfilesEntryRow): string =>
  [kind, path, mode === undefined ? '-' : mode.toString(8).padStart(4, '0'), user ?? '-', group ?? '-'].join(
    ' ',
  )

/** systemd redirects lines below the legacy /var/run to /run. */
const canonical = (path: string): string => path.replace(/^\/var\/run\//, '/run/').replace(/(.)\/$/, '$1')

function madeBy({ mode, user, group }: TmpfilesEntryRow): Folder | undefined {
  const uid = numberOf(user)
  const gid = numberOf(group)
  return uid === undefined || gid === undefined ? undefined : { mode: mode ?? 0o755, uid, gid }
}

function numberOf(id: string | undefined): number | undefined {
  if (id === undefined || id === '-' || id === 'root') return 0
  return /^\d+$/.test(id) ? Number(id) : undefined
}
