import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** A systemd unit's state, or what stands for it (`ufw status`, `firewall-cmd --state`). */
export interface UnitRow {
  readonly node: string
  readonly unit: string // firewalld, NetworkManager, kubelet: without .service
  readonly active: 'active' | 'inactive' | 'failed' | 'activating' | 'deactivating'
  readonly sub?: string // running, dead, auto-restart
  readonly enabled?: boolean
  /** How often systemd started it anew, where it says so. */
  readonly restarts?: number
}

export const unitsInfo: RelationInfo<UnitRow> = {
  key: (row) => `${row.node}:${row.unit}`,
  command: (where) =>
    `ssh ${named(where).node} 'systemctl status kubelet containerd firewalld ufw NetworkManager --no-pager'`,
  permission: 'a shell on the node',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
