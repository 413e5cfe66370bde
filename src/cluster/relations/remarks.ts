import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A person's own sentence about what they see. Weak evidence, never decisive. */
export interface RemarkRow {
  readonly says:
    | 'same-node-works-cross-node-fails'
    | 'node-was-rebooted'
    | 'os-was-updated'
    | 'service-timeouts'
    | 'node-network-fine'
    | 'ssh-works'
  readonly node?: string
}

export const remarksInfo: RelationInfo<RemarkRow> = {
  key: (row) => `${row.says}:${row.node ?? ''}`,
  command: () => 'ask whoever reported it',
  permission: 'none',
  tier: 'api',
  cost: 6,
  carriesSymptoms: false,
}
