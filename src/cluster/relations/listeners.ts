import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** Who listens on a port of a node: `ss -lntup`, `netstat -lntup`. */
export interface ListenerRow {
  readonly node: string
  readonly protocol: 'tcp' | 'udp'
  readonly address: string // 0.0.0.0, [::], 127.0.0.1
  readonly port: number
  readonly program?: string // bird, bgpd, calico-node
}

export const listenersInfo: RelationInfo<ListenerRow> = {
  key: (row) => [row.node, row.protocol, row.address, row.port, row.program ?? ''].join('|'),
  command: (where) => `ssh ${named(where).node} 'ss -lntup'`,
  permission: 'create pods/exec',
  tier: 'deep',
  cost: 4,
  carriesSymptoms: false,
}
