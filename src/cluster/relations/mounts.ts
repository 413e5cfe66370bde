import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** A mount, or the line of fstab that asks for it. */
export interface MountRow {
  readonly node: string
  readonly path: string
  readonly device?: string
  readonly fsType?: string
  readonly options: readonly string[] // noexec, ro, nosuid …
  readonly toldBy: 'fstab' | 'mounted'
  /** Of `df`: how full it is. */
  readonly usedPercent?: number
}

export const mountsInfo: RelationInfo<MountRow> = {
  key: (row) => `${row.node}:${row.path}:${row.toldBy}`,
  command: (where) => `ssh ${named(where).node} 'findmnt -T /opt/cni/bin; findmnt -T /etc/cni/net.d; df -h'`,
  permission: 'a shell on the node',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
