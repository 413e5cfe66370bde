import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** A kernel module: loaded (`lsmod`), or known not to be there (`modprobe` failed, `calicoctl node checksystem`). */
export interface KernelModuleRow {
  readonly node: string
  readonly name: string // with underscores: ip_set, xt_set, ipip, vxlan, wireguard
  readonly loaded: boolean
  readonly error?: string
}

export const kernelModulesInfo: RelationInfo<KernelModuleRow> = {
  key: (row) => `${row.node}:${row.name}`,
  command: (where) => `ssh ${named(where).node} 'uname -r; lsmod; sudo calicoctl node checksystem'`,
  permission: 'create pods/exec',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
