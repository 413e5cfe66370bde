import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** What a packet capture shows: a packet of a kind, and what is the matter with it. */
export interface CaptureRow {
  readonly node: string
  readonly link?: string
  readonly protocol: 'ipip' | 'vxlan' | 'tcp' | 'udp' | 'icmp' | 'arp' | 'bgp' | 'wireguard' | 'other'
  readonly source?: string
  readonly destination?: string
  readonly port?: number // destination
  /** `nothing`: a capture that asked for this protocol ended without a packet; where ends are named, without one between these. */
  readonly shows: 'packet' | 'bad-checksum' | 'too-big' | 'prohibited' | 'retransmission' | 'nothing'
  /** Told by the counter of a rule, not by a capture: what other rules drop before it does not come to that. */
  readonly counted?: true
}

export const capturesInfo: RelationInfo<CaptureRow> = {
  key: (row) =>
    [
      row.node,
      row.link ?? '',
      row.protocol,
      row.source ?? '',
      row.destination ?? '',
      row.port ?? '',
      row.shows,
      row.counted ?? '',
    ].join('|'),
  command: (where) =>
    `ssh ${named(where).node} 'timeout 10 tcpdump -nvi any -c 20 "ip proto 4 or udp port 4789 or tcp port 179 or icmp"'`,
  permission: 'a shell on the node',
  tier: 'deep',
  cost: 6,
  carriesSymptoms: false,
}
