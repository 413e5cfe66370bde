/** What Calico needs of the kernel: which modules, and for what. */
import type { Reads } from '#cluster/facts.ts'

export type ModuleUse = 'ip-sets' | 'iptables' | 'ipip' | 'vxlan'

/**
 * What Felix needs this module for; undefined for one that it does without (names with dashes are those of files).
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands/node/checksystem.go (the list, with what is optional)
 */
export const useOfModule = (name: string): ModuleUse | undefined =>
  uses.find(([pattern]) => pattern.test(name.replaceAll('-', '_')))?.[1]

const uses: readonly (readonly [RegExp, ModuleUse])[] = [
  [/^ip_set(?:_\w+)?$|^xt_set$/, 'ip-sets'],
  [/^(?:ipip|tunnel4|ip_tunnel)$/, 'ipip'],
  [/^(?:vxlan|udp_tunnel|ip6_udp_tunnel)$/, 'vxlan'],
  [
    /^(?:x_tables|ip6?_tables|ip6?table_(?:filter|nat|raw|mangle)|xt_(?:addrtype|comment|conntrack|mark|multiport|rpfilter|nat|MASQUERADE|CT|NFLOG|tcpudp)|ip6?t_(?:rpfilter|REJECT|MASQUERADE)|nf_conntrack_netlink|nf_conntrack|nf_nat|nf_reject_ipv[46])$/,
    'iptables',
  ],
]

/**
 * `calicoctl node checksystem` fails these on kernels that have them under another name, or not at all, and Calico runs: what
 * it says of them proves nothing.
 */
export const isOptionalCheck = (name: string): boolean =>
  /^(?:ip6?t_|xt_(?:icmp6?|u32|bpf|rpfilter)$|vfio|ip6_tables$|nf_conntrack_netlink$)/.test(
    name.replaceAll('-', '_'),
  )

/** Whether some pool asks for this kind of tunnel; undefined where no pool was read. */
export function isTunnelUsed(view: Reads<'ipPools'>, use: ModuleUse): boolean | undefined {
  const pools = view.rows('ipPools').filter(({ disabled }) => !disabled)
  if (pools.length === 0 || (use !== 'ipip' && use !== 'vxlan')) return undefined
  return pools.some(({ encapsulation }) => encapsulation.startsWith(use))
}

/** What iptables calls a target that is an extension of its own; any other name is a chain’s. */
export const isTargetExtension = (target: string): boolean => targets.has(target)

const targets = new Set(
  'MARK CONNMARK MASQUERADE SNAT DNAT REDIRECT NETMAP REJECT CT NOTRACK NFLOG LOG TPROXY TCPMSS CHECKSUM SET TRACE'.split(
    ' ',
  ),
)
