import type { RelationName } from '#cluster/relations.ts'
import { command, type HostCommand, sysctls } from '#sources/live/deep/host-commands.ts'

/**
 * What shows a node from inside calico-node, with programs that the image has in every release: it keeps no more than Felix and its
 * start script need, so there is neither `ss` nor `sysctl`, `df`, `mount`, `ps` or `ping`. Both back-ends are asked by name, since
 * `iptables-save` there is none of the host's.
 *
 * @see projectcalico/calico:node/clean-up-filesystem.sh (bin_allow_list_patterns)
 * @see projectcalico/calico:calicoctl/calicoctl/commands/cluster/diags.go, which runs most of them
 */
export const containerCommands: readonly HostCommand[] = [
  command('ip route', 'routes'),
  command('ip -d addr', 'links'),
  command('iptables-nft-save -c', 'filterChains', 'filterRules'),
  command('iptables-legacy-save -c'),
  command('lsmod', 'kernelModules'),
  command(`grep . ${sysctls.map((name) => `/proc/sys/${name.replaceAll('.', '/')}`).join(' ')}`),
]

/** What they tell of a node; where calico-node cannot be looked into, nobody knows it. */
export const toldByContainer: readonly RelationName[] = [
  ...new Set(containerCommands.flatMap(({ whole }) => whole)),
]
