/** What a network namespace answers for parameters that nobody has set: the kernel's defaults. */
const fixed: Readonly<Record<string, string>> = {
  'net.core.somaxconn': '4096',
  'net.core.rmem_max': '212992',
  'net.core.wmem_max': '212992',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.tcp_keepalive_time': '7200',
  'net.ipv4.tcp_keepalive_intvl': '75',
  'net.ipv4.tcp_keepalive_probes': '9',
  'net.ipv4.tcp_syn_retries': '6',
  'net.ipv4.tcp_retries2': '15',
  'net.ipv4.neigh.default.gc_thresh1': '128',
  'net.ipv4.neigh.default.gc_thresh2': '512',
  'net.ipv4.neigh.default.gc_thresh3': '1024',
  'net.netfilter.nf_conntrack_max': '262144',
  'net.netfilter.nf_conntrack_acct': '0',
  'net.netfilter.nf_conntrack_tcp_timeout_established': '432000',
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait': '60',
}

/** By protocol family and folder, then by the parameter's last name; `forwarding` of IPv4 follows ip_forward instead. */
const perLink: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'ipv4.conf': {
    accept_redirects: '1',
    arp_announce: '0',
    arp_ignore: '0',
    log_martians: '0',
    proxy_arp: '0',
    route_localnet: '0',
    rp_filter: '0',
    src_valid_mark: '0',
  },
  'ipv4.neigh': { proxy_delay: '80', mcast_solicit: '3', retrans_time_ms: '1000' },
  'ipv6.conf': { accept_ra: '1', disable_ipv6: '0', forwarding: '0', proxy_ndp: '0' },
}

/** The default of a `net.*` parameter; `undefined` when there is none of that name. `isLink`: whether a device exists. */
export function defaultSysctl(name: string, isLink: (link: string) => boolean): string | undefined {
  const match = /^net\.(ipv[46]\.(?:conf|neigh))\.(.+)\.([a-z_]+)$/.exec(name)
  if (!match) return fixed[name]
  const [, folder = '', link = '', parameter = ''] = match
  if (link !== 'all' && link !== 'default' && !isLink(link)) return undefined
  return fixed[name] ?? perLink[folder]?.[parameter]
}
