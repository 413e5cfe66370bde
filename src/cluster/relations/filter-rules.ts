import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** A rule of a packet filter: what it matches and what it does. */
export interface FilterRuleRow {
  readonly node: string
  readonly backend: 'legacy' | 'nft' | 'unknown'
  readonly family: 4 | 6 | 'inet'
  readonly table: string
  readonly chain: string
  /** 1 for the first rule of its chain in what was read. */
  readonly position: number
  readonly target: string // ACCEPT, DROP, REJECT, RETURN, a chain's name; '' for a rule that only counts
  readonly protocol?: string // tcp, udp, icmp, 4, 94
  readonly source?: string
  readonly destination?: string
  readonly inInterface?: string
  readonly outInterface?: string
  readonly ports?: string // destination ports as written: 179, 4789:4790
  readonly set?: string
  readonly comment?: string
  readonly rejectWith?: string // icmp-host-prohibited
  readonly packets?: number
  /** What else must hold, as written: `ctstate INVALID`, `mark 0x10000/0x10000`. Undefined: nothing more. */
  readonly conditions?: string
}

export const filterRulesInfo: RelationInfo<FilterRuleRow> = {
  key: (row) => [row.node, row.backend, row.family, row.table, row.chain, row.position].join('|'),
  command: (where) => `ssh ${named(where).node} 'iptables-save -c; nft list ruleset'`,
  permission: 'create pods/exec',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
