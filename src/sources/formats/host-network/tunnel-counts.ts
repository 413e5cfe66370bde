/** How many packets of tunnels Felix's own rules have let in and out, from lines of `iptables-save -c`. */
export interface TunnelCounts {
  readonly protocol: 'ipip' | 'vxlan'
  readonly in: number
  readonly out: number
}

/**
 * Of one node. What came in and was refused for its sender has arrived, too; IPv6 is left out.
 *
 * @see projectcalico/calico:felix/rules/static.go (comments of the rules; up to 3.26 `whitelisted` for `allowed`)
 */
export function tunnelCounts(lines: readonly string[]): readonly TunnelCounts[] {
  const counted = lines.flatMap((line) => {
    const m =
      /^\[(?<packets>\d{1,20}):\d+\] -A cali-(?<chain>INPUT|OUTPUT) .*"\w+ (?<what>IPIP|IPv4 VXLAN) packets (?:from|to) /.exec(
        line,
      )?.groups
    if (m === undefined) return []
    return [{ protocol: m.what === 'IPIP' ? 'ipip' : 'vxlan', chain: m.chain, packets: Number(m.packets) }]
  })
  return (['ipip', 'vxlan'] as const).flatMap((protocol) => {
    const own = counted.filter((one) => one.protocol === protocol)
    const sum = (chain: string): number =>
      own.filter((one) => one.chain === chain).reduce((total, { packets }) => total + packets, 0)
    return own.length === 0 ? [] : [{ protocol, in: sum('INPUT'), out: sum('OUTPUT') }]
  })
}
