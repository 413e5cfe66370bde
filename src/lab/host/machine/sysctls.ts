/** Kernel parameters outside `net` that a booted Ubuntu 22.04 shows, by their path under /proc/sys. */
export const defaultSysctls = (hostname: string, kernelRelease: string): Map<string, string> =>
  new Map([
    ['fs/file-max', '9223372036854775807'],
    ['fs/inotify/max_user_instances', '128'],
    ['fs/inotify/max_user_watches', '62214'],
    ['kernel/hostname', hostname],
    ['kernel/osrelease', kernelRelease],
    ['kernel/ostype', 'Linux'],
    ['kernel/panic', '0'],
    ['kernel/panic_on_oops', '0'],
    ['kernel/pid_max', '4194304'],
    ['kernel/threads-max', '63704'],
    ['vm/max_map_count', '65530'],
    ['vm/overcommit_memory', '0'],
    ['vm/panic_on_oom', '0'],
    ['vm/swappiness', '60'],
  ])

/** Names of the network's parameters that a listing of /proc/sys/net offers; others answer when asked by name. */
export const netSysctlNames: Readonly<Record<string, readonly string[]>> = {
  net: ['core', 'ipv4', 'ipv6', 'netfilter', 'bridge'],
  'net/core': ['somaxconn', 'rmem_max', 'wmem_max'],
  'net/bridge': ['bridge-nf-call-iptables', 'bridge-nf-call-ip6tables'],
  'net/netfilter': ['nf_conntrack_max', 'nf_conntrack_count'],
  'net/ipv4': ['conf', 'ip_forward', 'neigh', 'tcp_keepalive_time'],
  'net/ipv6': ['conf'],
  'net/ipv4/neigh': ['default'],
  'net/ipv4/neigh/default': ['gc_thresh1', 'gc_thresh2', 'gc_thresh3'],
}

/** Parameters of each interface under net/ipv4/conf. */
export const interfaceSysctlNames: readonly string[] = [
  'arp_announce',
  'arp_ignore',
  'forwarding',
  'proxy_arp',
  'route_localnet',
  'rp_filter',
]
