/** modules.dep of Ubuntu's kernel, as far as container hosts use it: a module, and what it needs. */
const modules: readonly (readonly [path: string, ...needs: string[]])[] = [
  ['fs/overlayfs/overlay'],
  ['net/802/stp', 'net/llc/llc'],
  ['net/llc/llc'],
  ['net/bridge/bridge', 'net/802/stp', 'net/llc/llc'],
  ['net/bridge/br_netfilter', 'net/bridge/bridge', 'net/802/stp', 'net/llc/llc'],
  ['drivers/net/veth'],
  ['drivers/net/dummy'],
  ['drivers/net/vxlan/vxlan', 'net/ipv4/udp_tunnel', 'net/ipv6/ip6_udp_tunnel'],
  ['drivers/net/wireguard/wireguard', 'net/ipv4/udp_tunnel', 'net/ipv6/ip6_udp_tunnel'],
  ['net/ipv4/udp_tunnel'],
  ['net/ipv6/ip6_udp_tunnel'],
  ['net/ipv4/tunnel4'],
  ['net/ipv4/ip_tunnel'],
  ['net/ipv4/ipip', 'net/ipv4/tunnel4', 'net/ipv4/ip_tunnel'],
  ['net/netfilter/x_tables'],
  ['net/netfilter/nf_conntrack', 'net/ipv4/netfilter/nf_defrag_ipv4', 'net/ipv6/netfilter/nf_defrag_ipv6'],
  ['net/ipv4/netfilter/nf_defrag_ipv4'],
  ['net/ipv6/netfilter/nf_defrag_ipv6'],
  ['net/netfilter/nf_nat', 'net/netfilter/nf_conntrack'],
  ['net/netfilter/nf_tables', 'net/netfilter/nfnetlink'],
  ['net/netfilter/nfnetlink'],
  ['net/netfilter/nft_compat', 'net/netfilter/nf_tables', 'net/netfilter/x_tables'],
  ['net/netfilter/nf_conntrack_netlink', 'net/netfilter/nf_conntrack', 'net/netfilter/nfnetlink'],
  ['net/ipv4/netfilter/ip_tables', 'net/netfilter/x_tables'],
  ['net/ipv4/netfilter/iptable_filter', 'net/ipv4/netfilter/ip_tables', 'net/netfilter/x_tables'],
  [
    'net/ipv4/netfilter/iptable_nat',
    'net/ipv4/netfilter/ip_tables',
    'net/netfilter/nf_nat',
    'net/netfilter/nf_conntrack',
  ],
  ['net/ipv4/netfilter/iptable_mangle', 'net/ipv4/netfilter/ip_tables', 'net/netfilter/x_tables'],
  ['net/ipv4/netfilter/iptable_raw', 'net/ipv4/netfilter/ip_tables', 'net/netfilter/x_tables'],
  ['net/ipv4/netfilter/ipt_rpfilter', 'net/netfilter/x_tables'],
  ['net/ipv4/netfilter/ipt_REJECT', 'net/netfilter/x_tables'],
  ['net/ipv6/netfilter/ip6_tables', 'net/netfilter/x_tables'],
  ['net/ipv6/netfilter/ip6table_filter', 'net/ipv6/netfilter/ip6_tables', 'net/netfilter/x_tables'],
  ...['addrtype', 'comment', 'conntrack', 'mark', 'multiport', 'nat', 'statistic', 'tcpudp'].map(
    (name) => [`net/netfilter/xt_${name}`, 'net/netfilter/x_tables'] as const,
  ),
  ['net/netfilter/xt_MASQUERADE', 'net/netfilter/nf_nat', 'net/netfilter/x_tables'],
  ['net/netfilter/ipset/ip_set', 'net/netfilter/nfnetlink'],
  ...['hash_ip', 'hash_net', 'hash_ipport', 'hash_ipportip', 'bitmap_port', 'list_set'].map(
    (name) => [`net/netfilter/ipset/ip_set_${name}`, 'net/netfilter/ipset/ip_set'] as const,
  ),
  ['net/netfilter/xt_set', 'net/netfilter/ipset/ip_set', 'net/netfilter/x_tables'],
  ['net/netfilter/ipvs/ip_vs', 'net/netfilter/nf_conntrack'],
  ['net/netfilter/ipvs/ip_vs_rr', 'net/netfilter/ipvs/ip_vs'],
  ['net/sched/sch_ingress'],
  ['net/sched/cls_bpf'],
]

const file = (path: string): string => `kernel/${path}.ko`

export const modulesDep = modules
  .map(([path, ...needs]) => `${file(path)}:${needs.map((need) => ` ${file(need)}`).join('')}\n`)
  .join('')

export const modulesOrder = modules.map(([path]) => `${file(path)}\n`).join('')
