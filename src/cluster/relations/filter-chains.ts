import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** A chain of a packet filter and what happens to packets that reach its end. */
export interface FilterChainRow {
  readonly node: string
  readonly backend: 'legacy' | 'nft' | 'unknown'
  readonly family: 4 | 6 | 'inet'
  readonly table: string // filter, nat, raw, mangle; of nftables also firewalld, calico
  readonly chain: string // FORWARD, cali-FORWARD, filter_FWDO_public …
  readonly policy?: 'ACCEPT' | 'DROP'
  /** Packets that the policy decided. */
  readonly packets?: number
}

export const filterChainsInfo: RelationInfo<FilterChainRow> = {
  key: (row) => [row.node, row.backend, row.family, row.table, row.chain].join('|'),
  command: (where) =>
    `ssh ${named(where).node} 'iptables -V; iptables-save -c; iptables-legacy-save -c; nft list ruleset'`,
  permission: 'create pods/exec',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
