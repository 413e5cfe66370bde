/** What people do to a broken network, by their words for it. */
import type { AttemptAct } from '#cluster/relations/attempts.ts'

/** Verbs and what they are done to. */
export interface Deed {
  readonly act: AttemptAct
  /** Starts of the verbs: `disabl` is in disable, disabled, disabling. */
  readonly verbs: readonly string[]
  /** Undefined: the verb says it all. */
  readonly on?: ReadonlySet<string>
  /** A word of this form near the verb is what it was set to. */
  readonly value?: RegExp
}

const set = (text: string): ReadonlySet<string> => new Set(text.split('|'))

const ending = [
  'stopp',
  'stop',
  'disabl',
  'deactivat',
  'uninstall',
  'remov',
  'mask',
  'turned off',
  'turning off',
  'turn off',
  'switched off',
  'switching off',
  'shut',
  'inactive',
  'off',
]
const changing = ['set', 'chang', 'switch', 'configur', 'using', 'used', 'mov', 'specif', 'pinn']
const deleting = ['delet', 'remov', 'kill', 'clean']

export const deeds: readonly Deed[] = [
  { act: 'stop-firewall', verbs: ending, on: set('firewall|nftables|iptables service') },
  { act: 'disable-wireguard', verbs: ending, on: set('wireguard|wireguard encryption') },
  {
    act: 'disable-checksum-offload',
    verbs: ending,
    on: set(
      'checksum|tx-checksum-ip-generic|checksum offload|checksum offloading|tx offload|offloading|tx-checksumming',
    ),
  },
  {
    act: 'restart-calico-node',
    verbs: ['restart', 'bounc', 'recreat'],
    on: set('calico|calico-node|calico-nodes|calico pod|calico-node pod|felix|bird'),
  },
  { act: 'delete-calico-pod', verbs: deleting, on: set('calico-node pod|calico pod|calico-node') },
  {
    act: 'restart-typha',
    verbs: ['restart', 'bounc', 'recreat', ...deleting],
    on: set('typha|calico-typha|typha pod|typhas|calico-typha pod|typha deployment'),
  },
  {
    act: 'restart-runtime',
    verbs: ['restart'],
    on: set('containerd|docker|crio|cri-o|container runtime|runtime|dockerd'),
  },
  { act: 'restart-kubelet', verbs: ['restart'], on: set('kubelet|k3s|rke2|k3s-agent|rke2-agent') },
  { act: 'reboot', verbs: ['reboot', 're-boot', 'power-cycl'] },
  { act: 'reboot', verbs: ['restart'], on: set('node|vm') },
  { act: 'reload-worker', verbs: ['reload'], on: set('node|worker') },
  { act: 'replace-worker', verbs: ['replac'], on: set('node|worker|vm') },
  {
    act: 'open-port',
    verbs: ['open', 'allow', 'permit', 'whitelist', 'unblock', 'add'],
    on: set(
      'port|ports|179|179/tcp|4789|4789/udp|5473|5473/tcp|51820|tcp/179|udp/4789|protocol 4|bgp|ipip|ip-in-ip',
    ),
    value: /^(?:tcp\/|udp\/)?\d{2,5}(?:\/(?:tcp|udp))?$/,
  },
  {
    act: 'allow-in-firewall',
    verbs: ['allow', 'permit', 'trust', 'whitelist', 'accept', 'add'],
    on: set('firewall|firewall rule|firewall rules|trusted zone|security group|security groups'),
  },
  {
    act: 'forward-accept',
    verbs: ['accept', 'allow'],
    on: set('forward|forward policy|forward chain|iptables forward|default forward'),
  },
  {
    act: 'forward-accept',
    verbs: ['set', 'chang', 'switch'],
    on: set('to accept|forward accept|policy accept|accept in forward|accept for forward'),
  },
  {
    act: 'flush-rules',
    verbs: ['flush', 'clear', 'delet', 'reset'],
    on: set('iptables|iptables rules|nft|nftables|ruleset|ipsets|ipset'),
  },
  {
    act: 'change-encapsulation',
    verbs: changing,
    on: set('encapsulation|vxlan|ipip|vxlancrosssubnet|ipipcrosssubnet|crosssubnet|ipipmode|vxlanmode'),
    value: /^(?:vxlan|ipip|none|vxlancrosssubnet|ipipcrosssubnet|always|never|crosssubnet)$/,
  },
  {
    act: 'change-mtu',
    verbs: [...changing, 'lower', 'reduc', 'decreas', 'increas', 'rais', 'adjust', 'fix'],
    on: set('mtu|veth_mtu|vethmtu|mtus'),
    value: /^(?:1[2-9]\d\d|[2-9]\d{3})$/,
  },
  {
    act: 'change-autodetection',
    verbs: [...changing, 'add'],
    on: set(
      'ip_autodetection_method|ip6_autodetection_method|autodetection|autodetection method|nodeaddressautodetectionv4|auto-detection|detection method',
    ),
    value: /^(?:(?:skip-)?interface=|can-reach=|cidr=|first-found|kubernetes-internal-ip)/,
  },
  {
    act: 'change-backend',
    verbs: [...changing, 'updat', 'replac'],
    on: set(
      'iptables-legacy|iptables-nft|iptables backend|felix_iptablesbackend|iptablesbackend|legacy iptables|iptables legacy|iptables to|iptables alternative|iptables alternatives|update-alternatives',
    ),
    value: /^(?:iptables-)?(?:legacy|nft)$/,
  },
  {
    act: 'raise-memory-limit',
    verbs: ['rais', 'increas', 'doubl', 'bump', 'remov', 'set', 'more', 'higher'],
    on: set('memory limit|memory limits|memory|limits memory|mem limit'),
    value: /^\d+(?:[mg]i?b?)$/,
  },
  {
    act: 'raise-cpu',
    verbs: ['rais', 'increas', 'doubl', 'bump', 'remov', 'more', 'higher'],
    on: set('cpu limit|cpu limits|cpu request|cpu requests|cpu|cpus'),
  },
  {
    act: 'allow-loose-rpf',
    verbs: [...changing, 'add', 'allow'],
    on: set('felix_ignorelooserpf|ignorelooserpf|loose rpf'),
  },
  {
    act: 'load-module',
    verbs: ['load', 'modprob', 'insmod'],
    on: set(
      'module|modules|kernel module|kernel modules|ip_set|xt_set|ip_tables|ip6_tables|iptable_nat|ip6table_nat|ipip|vxlan|ip6t_rpfilter|xt_rpfilter|ipt_rpfilter|nf_conntrack_netlink|wireguard|br_netfilter',
    ),
    value: /^(?:ip6?_?(?:set|tables?)\w{0,30}|xt_\w{2,30}|ip6?t_\w{2,30}|ipip|vxlan|wireguard|br_netfilter)$/,
  },
  {
    act: 'load-module',
    verbs: ['install', 'add', 'build', 'rebuilt', 'enabl', 'missing'],
    on: set(
      'kernel module|kernel modules|linux-modules-extra|linux-modules-extra-raspi|linux-modules-extra-aws|kernel-modules-extra|kernel-modules|modules-extra|extra modules|extra kernel',
    ),
  },
  {
    act: 'raise-limit',
    verbs: ['rais', 'increas', 'bump', 'doubl', 'set'],
    on: set(
      'nf_conntrack_max|net.netfilter.nf_conntrack_max|conntrack table|conntrack max|conntrack limit|conntrack|fs.inotify.max_user_instances|fs.inotify.max_user_watches|inotify|max_user_instances|max_user_watches|ulimit|ulimits|nofile|limitnofile|file descriptor|file descriptors|open files|gc_thresh3|fs.file-max|pids limit|pid limit',
    ),
  },
  {
    act: 'enable-forwarding',
    verbs: ['enabl', 'set', 'turn', 'turned on', 'allow', 'activat', 'switched on'],
    on: set(
      'ip forwarding|ip_forward|ip_forwarding|net.ipv4.ip_forward|allow_ip_forwarding|containeripforwarding|ipv4 forwarding|packet forwarding|/proc/sys/net/ipv4/ip_forward',
    ),
  },
  {
    act: 'add-mount',
    verbs: ['mount', 'add'],
    on: set('mount|volume|hostpath|volume mount|into container|into pod|/lib/modules'),
    value: /^\/[a-z]/,
  },
  {
    act: 'delete-node-entry',
    verbs: deleting,
    on: set('node entry|stale node|old node|node object|node resource|calico node'),
  },
  {
    act: 'delete-device',
    verbs: deleting,
    on: set('tunl0|vxlan.calico|flannel.1|cni0|vxlan-v6.calico|wireguard.cali|tunnel device|docker0'),
    value: /^(?:tunl0|vxlan\.calico|flannel\.\d+|cni0|vxlan-v6\.calico|wireguard\.cali|docker0)$/,
  },
  {
    act: 'remove-policy',
    verbs: deleting,
    on: set(
      'networkpolicy|network policy|calico policy|deny policy|egress policy|ingress policy|default-deny|default deny|node endpoint|hostendpoint|hostendpoints',
    ),
  },
  {
    act: 'uninstall-network',
    verbs: ['uninstall', 'purg'],
    on: set('calico|flannel|weave|weave-net|cilium|kube-router|canal|antrea|cni|old cni|helm'),
    value: /^(?:calico|flannel|weave(?:-net)?|cilium|kube-router|canal|antrea)$/,
  },
  {
    act: 'upgrade',
    verbs: ['upgrad', 'downgrad', 'updat', 'bump'],
    on: set('calico|calico-node|tigera-operator|cni plugin'),
    value: /^v?3\.\d{1,2}(?:\.\d{1,3})?$/,
  },
  {
    act: 'apply-manifest',
    verbs: ['appl', 're-appl', 'reappl', 'redeploy', 're-deploy'],
    on: set('manifest|manifests|calico.yaml|crd|crds|calico manifest|yaml'),
  },
]
