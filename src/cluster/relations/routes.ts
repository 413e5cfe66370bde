import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** A kernel route, as `ip route` prints it. */
export interface RouteRow {
  readonly node: string
  readonly in: 'host' | 'pod'
  readonly family: 4 | 6
  readonly destination: string // default, 10.244.1.0/26; a host route without its /32 or /128
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw' | 'local'
  readonly via?: string
  readonly dev?: string
  readonly proto?: string // bird, kernel, boot, static, dhcp, 80 (Felix)
  readonly source?: string
  readonly onlink?: boolean
  readonly metric?: number
}

export const routesInfo: RelationInfo<RouteRow> = {
  key: (row) => [row.node, row.in, row.destination, row.type, row.via ?? '', row.dev ?? ''].join('|'),
  command: (where) => `ssh ${named(where).node} 'ip route; ip -6 route'`,
  permission: 'create pods/exec',
  tier: 'deep',
  cost: 4,
  carriesSymptoms: false,
}
