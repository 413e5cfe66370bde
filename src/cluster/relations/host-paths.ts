import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** A path of a node's file system, seen from the node or from a container that mounts it. */
export interface HostPathRow {
  readonly node: string
  readonly path: string // canonical: /run/calico, not /var/run/calico
  readonly exists: boolean
  readonly kind?: 'file' | 'directory' | 'symlink' | 'socket'
  readonly mode?: number // 0o755
  readonly uid?: number
  readonly gid?: number
}

export const hostPathsInfo: RelationInfo<HostPathRow> = {
  key: (row) => `${row.node}:${row.path}`,
  command: (where) => `ssh ${named(where).node} 'stat -c "%a %u:%g %n" /run/calico /var/lib/calico'`,
  permission: 'create pods/exec',
  tier: 'deep',
  cost: 4,
  carriesSymptoms: false,
}
