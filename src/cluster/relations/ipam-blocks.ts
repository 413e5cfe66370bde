import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A block or a pool with how much of it is used: `calicoctl ipam show --show-blocks`, IPAMBlock, BlockAffinity. */
export interface IpamBlockRow {
  readonly kind: 'pool' | 'block'
  readonly cidr: string
  /** Whose block it is; undefined where the listing does not say, `null` for one without affinity. */
  readonly node?: string | null
  readonly total?: number
  readonly used?: number
  /** Whether the node's own tunnel address is among its allocations, where they were listed. */
  readonly holdsTunnelAddress?: boolean
}

export const ipamBlocksInfo: RelationInfo<IpamBlockRow> = {
  key: (row) => `${row.kind}:${row.cidr}`,
  command: () => 'calicoctl ipam show --show-blocks; calicoctl ipam check',
  permission: 'list ipamblocks.crd.projectcalico.org',
  tier: 'api',
  cost: 2,
  carriesSymptoms: false,
}
