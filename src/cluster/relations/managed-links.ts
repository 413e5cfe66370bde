import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** A network manager's own opinion of an interface: `nmcli device`, `networkctl`. */
export interface ManagedLinkRow {
  readonly node: string
  readonly link: string
  readonly manager: 'NetworkManager' | 'systemd-networkd'
  readonly state: string // unmanaged, connected, connecting (getting IP configuration), configuring, degraded
  /** Whether the manager takes it for its own. */
  readonly managed: boolean
  /** The .network file or connection that claims it. */
  readonly claimedBy?: string
}

export const managedLinksInfo: RelationInfo<ManagedLinkRow> = {
  key: (row) => `${row.node}:${row.manager}:${row.link}`,
  command: (where) => `ssh ${named(where).node} 'nmcli device; networkctl --no-pager list'`,
  permission: 'a shell on the node',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
