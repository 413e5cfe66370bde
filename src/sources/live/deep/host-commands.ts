import type { RelationName } from '#cluster/relations.ts'

/** A command that changes nothing, and the relations of which it shows a node's every row. */
export interface HostCommand {
  readonly argv: readonly string[]
  /** What its output tells completely; of everything else in it, absence proves nothing. */
  readonly whole: readonly RelationName[]
  /** In a container: where it has a folder of the host's mounted. What is said of that is said of the host's own. */
  readonly mount?: { readonly at: string; readonly of: string }
}

export const command = (line: string, ...whole: readonly RelationName[]): HostCommand => ({
  argv: line.split(' '),
  whole,
})

/** The kernel's switches and limits that modes ask for. A name that this kernel does not have costs a line on stderr. */
export const sysctls = [
  'net.ipv4.ip_forward',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.default.rp_filter',
  'net.netfilter.nf_conntrack_max',
  'net.netfilter.nf_conntrack_count',
  'net.ipv4.neigh.default.gc_thresh3',
  'kernel.pid_max',
]

/** What an engineer types on a node in trouble, in the order in which it is looked at. */
export const hostCommands: readonly HostCommand[] = [
  command('ip route', 'routes'),
  command('ip -d addr', 'links'),
  command('iptables-save', 'filterChains', 'filterRules'),
  command('iptables-legacy-save -c'),
  command('ss -tlnp', 'listeners'),
  command('findmnt -l', 'mounts'),
  command('df -h'),
  command('lsmod', 'kernelModules'),
  command(`sysctl ${sysctls.join(' ')}`),
  command('systemctl is-active firewalld ufw nftables NetworkManager systemd-networkd'),
  command('nmcli device'),
  command('ls -l /etc/cni/net.d'),
  command('ls -l /opt/cni/bin'),
  command('ls -l /var/lib/calico'),
  command('ls -l /run/calico'),
  command('cat /etc/hosts'),
  command('crictl info'),
  command('openssl x509 -noout -subject -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem'),
  command('dmesg -T'),
  command('journalctl -u containerd -n 200 --no-pager'),
]
