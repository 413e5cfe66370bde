import type { Fact, Reads } from '#cluster/facts.ts'
import { calicoNodeContainer, calicoNodePodOf } from '#cluster/queries.ts'
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
 * `/run` is empty after a boot, so tmpfiles.d alone decides what is there when the pod starts; an init container of the
 * pod's may then change its owner. `undefined`: not read, or it names a user that only the node can resolve.
 *
 * @see systemd/systemd:man/tmpfiles.d.xml (of files that configure the same path, the lexically first wins)
 */
export function atBoot(
  view: Reads<'tmpfilesEntries' | 'pods'>,
  node: string,
  path: string,
): AtBoot | undefined {
  const boot = byTheNode(view, node, path)
  const user = userOfHostpathInit(view, node)
  if (boot === undefined || user === undefined) return boot
  const mode = boot.entry === 'none' ? madeByHostpathInit : boot.folder.mode
  return { ...boot, folder: { mode, uid: user, gid: 0 } }
}

function byTheNode(view: Reads<'tmpfilesEntries'>, node: string, path: string): AtBoot | undefined {
  if (!path.startsWith('/run/')) return undefined
  const lines = linesFor(view, node, path)
  const entry = lines.find(isIn(creating))
  const wasRead = view.coverage('tmpfilesEntries', nodeSubject(node)).kind === 'complete'
  if (entry === undefined) return wasRead ? { folder: madeByKubelet, entry: 'none' } : undefined
  const made = isIn(makingFolders)(entry) ? settled(entry) : undefined
  const folder = lines.filter(isIn(adjusting)).reduce(adjusted, made)
  return folder === undefined ? undefined : { folder, entry }
}

const madeByHostpathInit = 0o700

/**
 * Operators up to 1.36 start an unprivileged calico-node behind an init container that makes the folder where it is
 * missing, and gives it to calico-node's user in any case. `undefined`: there is none.
 *
 * @see projectcalico/calico:node/pkg/hostpathinit/hostpath_init.go
 */
function userOfHostpathInit(view: Reads<'pods'>, node: string): number | undefined {
  const pod = calicoNodePodOf(view, node)
  const isThere = pod?.containers.some(({ init, name }) => init && name === 'hostpath-init')
  return pod !== undefined && isThere ? calicoNodeContainer(pod)?.runAsUser : undefined
}

/** The line that creates the folder: of several only the winner does. */
export const winningEntry = (
  view: Reads<'tmpfilesEntries'>,
  node: string,
  path: string,
): Fact<TmpfilesEntryRow> | undefined => linesFor(view, node, path).find(isIn(creating))

const linesFor = (
  view: Reads<'tmpfilesEntries'>,
  node: string,
  path: string,
): readonly Fact<TmpfilesEntryRow>[] =>
  view.rows('tmpfilesEntries').filter((row) => row.node === node && row.wins && row.path === path)

/** Lines that make something where nothing is. Only the folders among them are understood here. */
const creating = 'fFdDvqQpLcbCw'
const makingFolders = 'dDvqQ'
/** Lines that set mode and owner of what is there by then. */
const adjusting = 'ezZm'

/** The first letter is the kind; what follows it are modifiers (`d!`, `L+`). */
const isIn =
  (kinds: string) =>
  ({ kind }: TmpfilesEntryRow): boolean =>
    kinds.includes(kind.charAt(0) || ' ')

/** `d /run/calico 0600 10001 0` */
export const renderEntry = ({ kind, path, mode, user, group }: TmpfilesEntryRow): string =>
  [kind, path, mode === undefined ? '-' : mode.toString(8).padStart(4, '0'), user ?? '-', group ?? '-'].join(
    ' ',
  )

const settled = (line: TmpfilesEntryRow): Folder | undefined => adjusted(madeByKubelet, line)

/** What the line leaves out stays as it is; a name that only the node can resolve leaves the folder unknown. */
function adjusted(folder: Folder | undefined, { mode, user, group }: TmpfilesEntryRow): Folder | undefined {
  if (folder === undefined) return undefined
  const uid = isLeftOut(user) ? folder.uid : numberOf(user)
  const gid = isLeftOut(group) ? folder.gid : numberOf(group)
  return uid === undefined || gid === undefined ? undefined : { mode: mode ?? folder.mode, uid, gid }
}

const isLeftOut = (id: string | undefined): boolean => id === undefined || id === '-'

function numberOf(id = ''): number | undefined {
  if (id === 'root') return 0
  return id !== '' && Number.isInteger(Number(id)) ? Number(id) : undefined
}
