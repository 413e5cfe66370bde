import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** One line of a node's tmpfiles.d that concerns a path Calico uses. */
export interface TmpfilesEntryRow {
  readonly node: string
  readonly file: string // /etc/tmpfiles.d/calico.conf
  readonly path: string // canonical: /run/calico, not /var/run/calico
  readonly kind: string // d, D, z …
  readonly mode?: number
  readonly user?: string // as written: 10001, root, calico
  readonly group?: string
  /** false where a file that sorts earlier configures the same path (the lexically first wins). */
  readonly wins: boolean
}

export const tmpfilesEntriesInfo: RelationInfo<TmpfilesEntryRow> = {
  key: (row) => `${row.node}:${row.file}:${row.path}:${row.kind}`,
  command: (where) =>
    `ssh ${named(where).node} grep -rH /run/calico /etc/tmpfiles.d /run/tmpfiles.d /usr/lib/tmpfiles.d`,
  permission: 'a shell on the node',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
