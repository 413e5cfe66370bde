import { named, type RelationInfo } from '#cluster/relations/relation.ts'

/** A network interface, as `ip addr` or `ip link` prints it. Values, not verdicts: detectors do the arithmetic. */
export interface LinkRow {
  readonly node: string
  readonly name: string // eth0, tunl0, vxlan.calico, cali0123456789a, lo
  /** In whose network namespace it was read. */
  readonly in: 'host' | 'pod'
  readonly state?: string // UP, DOWN, UNKNOWN, LOWERLAYERDOWN: what stands behind `state`
  readonly flags: readonly string[] // between < and >
  readonly mtuBytes?: number
  readonly mac?: string
  /** With their lengths: 10.0.0.21/24, fe80::1/64. Undefined where the command does not print them (`ip link`). */
  readonly addresses?: readonly string[]
  /** Of `ip -d`: ipip, vxlan, wireguard, veth, bridge … */
  readonly kind?: string
  /** Of a VXLAN device: `id`, `dstport`, `local`, `dev`. */
  readonly vxlan?: {
    readonly id?: number
    readonly port?: number
    readonly local?: string
    readonly parent?: string
  }
}

export const linksInfo: RelationInfo<LinkRow> = {
  key: (row) => `${row.node}:${row.in}:${row.name}`,
  command: (where) => `ssh ${named(where).node} 'ip -d addr'`,
  permission: 'create pods/exec',
  tier: 'deep',
  cost: 4,
  carriesSymptoms: false,
}
