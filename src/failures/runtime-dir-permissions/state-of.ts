import type { Reads, Subject } from '#cluster/facts.ts'
import { calicoNodePodAt } from '#cluster/queries.ts'
import type { HostPathRow } from '#cluster/relations.ts'
import { winningEntry } from '#failures/runtime-dir-permissions/at-boot.ts'
import { folderOf } from '#failures/runtime-dir-permissions/denied.ts'
import { type Identities, nodeNameOf } from '#failures/runtime-dir-permissions/identities.ts'
import type { RuntimeDirState } from '#failures/runtime-dir-permissions/state.ts'

/** What the repair needs to know, as far as it was read. */
export function stateOf(
  view: Reads<'pods' | 'tmpfilesEntries'>,
  {
    about,
    path,
    row,
    identities,
  }: {
    readonly about: Subject
    readonly path: string
    readonly row: HostPathRow | undefined
    readonly identities: Identities | undefined
  },
): RuntimeDirState {
  const folder = row === undefined ? undefined : folderOf(row)
  const who = identities?.all.find((identity) => !identity.overridesModes)
  const pod = calicoNodePodAt(view, about)
  return {
    // Plans for a place that was not named are printed, not carried out; people put the name in.
    node: nodeNameOf(about) || '<node>',
    path,
    folder:
      folder !== undefined
        ? { exists: true, ...folder }
        : row?.exists === false
          ? { exists: false }
          : undefined,
    needs: who === undefined ? undefined : { uid: who.uid, gid: who.gid },
    entry: entryOf(view, about, path),
    pod: pod === undefined ? undefined : { namespace: pod.namespace, name: pod.name },
  }
}

function entryOf(view: Reads<'tmpfilesEntries'>, about: Subject, path: string): RuntimeDirState['entry'] {
  const entry = winningEntry(view, nodeNameOf(about), path)
  if (entry === undefined)
    return view.coverage('tmpfilesEntries', about).kind === 'complete' ? 'none' : undefined
  const { file, kind, mode, user, group } = entry
  return {
    file,
    kind,
    ...(mode !== undefined && { mode }),
    ...(user !== undefined && { user }),
    ...(group !== undefined && { group }),
  }
}
