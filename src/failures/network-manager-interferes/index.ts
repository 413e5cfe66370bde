import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ManagerState } from '#failures/network-manager-interferes/detect.ts'

export const mode: Mode<ManagerState> = {
  id: 'network-manager-interferes',
  title: 'a network manager of the host takes Calico’s interfaces for its own',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
    'calico-node-not-ready',
    'bgp-session-down',
    'sandbox-creation-failing',
  ],
  traffic:
    'It comes and goes with the routes: pods lose each other for seconds to minutes, or until Felix and BIRD write anew.',
  prevent: [
    'Put unmanaged-devices for cali*, tunl*, vxlan.calico, vxlan-v6.calico and wireguard.cali into the image of the nodes.',
    'Name real cards in the [Match] of .network files, never *, and set ManageForeignRoutes=no in networkd.conf.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['managedLinks'],
      why: 'whether NetworkManager or systemd-networkd manages cali*, tunl0 or vxlan.calico; it should say “unmanaged”',
      command: ({ node }) => `ssh ${node} 'nmcli device; networkctl list --no-pager'`,
      cost: 2,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'which file claims them',
      command: ({ node }) =>
        `ssh ${node} 'grep -rn unmanaged-devices /etc/NetworkManager; grep -rn -A3 "\\[Match\\]" /etc/systemd/network /run/systemd/network; grep -n ManageForeign /etc/systemd/networkd.conf'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what the manager did to them',
      command: ({ node }) =>
        `ssh ${node} 'journalctl -u NetworkManager -u systemd-networkd --since -1h --no-pager | grep -E "cali|tunl|vxlan|route"'`,
      cost: 4,
    }),
  ],
}
