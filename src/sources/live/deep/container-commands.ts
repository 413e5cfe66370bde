import type { RelationName } from '#cluster/relations.ts'
import { command, type HostCommand, sysctls } from '#sources/live/deep/host-commands.ts'

/**
 * What shows a host from inside kube-proxy, whose image has little more than iptables, kmod and grep. Both back-ends are asked by
 * name: which of them `iptables-save` is in an image says nothing of the host.
 *
 * @see kubernetes/release:images/build/distroless-iptables
 */
export const kubeProxyCommands: readonly HostCommand[] = [
  command('iptables-nft-save -c', 'filterChains', 'filterRules'),
  command('iptables-legacy-save -c'),
  command('lsmod', 'kernelModules'),
  command(`grep . ${sysctls.map((name) => `/proc/sys/${name.replaceAll('.', '/')}`).join(' ')}`),
]

/** Mounted for the token that calico-node keeps there for the plugin. */
const cniFolder = { at: '/host/etc/cni/net.d', of: '/etc/cni/net.d' }

/**
 * The same from inside calico-node, with programs that its image has in every release: it keeps no more than Felix and its start
 * script need, so there is neither `ss` nor `sysctl`, `df`, `mount`, `ps` or `ping`.
 *
 * @see projectcalico/calico:node/clean-up-filesystem.sh (bin_allow_list_patterns)
 * @see projectcalico/calico:calicoctl/calicoctl/commands/cluster/diags.go, which runs most of them
 */
export const calicoNodeCommands: readonly HostCommand[] = [
  command('ip route', 'routes'),
  command('ip -d addr', 'links'),
  ...kubeProxyCommands,
  { argv: ['ls', '-l', cniFolder.at], whole: [], mount: cniFolder },
]

/** Of what these commands show a node's every row. */
export const relationsOf = (commands: readonly HostCommand[]): readonly RelationName[] => [
  ...new Set(commands.flatMap(({ whole }) => whole)),
]
