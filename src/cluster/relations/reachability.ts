import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** An attempt to reach something, by whatever tool or program, and how it ended. */
export interface ReachabilityRow {
  readonly node: string
  readonly in: 'host' | 'pod'
  readonly to: string // address or name, as typed
  readonly port?: number
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'http' | 'dns'
  readonly outcome:
    | 'ok'
    | 'refused' // a host answered: nobody listens
    | 'timed-out' // nothing came back
    | 'no-route' // “No route to host”: an ICMP reject or no ARP answer
    | 'unreachable' // “Network is unreachable”: the sender itself has no route
    | 'tls-failed'
    | 'reset'
    | 'name-unknown'
  /** Size of what was sent, where the tool says it (`ping -s`). */
  readonly bytes?: number
}

export const reachabilityInfo: RelationInfo<ReachabilityRow> = {
  key: (row) => [row.node, row.in, row.to, row.port ?? '', row.protocol, row.bytes ?? ''].join('|'),
  command: (where) =>
    `ssh ${named(where).node} 'nc -vz -w 3 <address> <port>; ping -c 3 -M do -s 1400 <address>'`,
  permission: 'a shell on the node',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
