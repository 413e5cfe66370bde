import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type FirewallState } from '#failures/host-firewall-manager-interferes/detect.ts'

export const mode: Mode<FirewallState> = {
  id: 'host-firewall-manager-interferes',
  title: 'the host’s firewall refuses packets of pods (firewalld, ufw, iptables service)',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'pod-traffic-failing',
    'cross-node-traffic-failing',
    'api-unreachable',
    'pods-not-ready-on-node',
    'calico-api-unavailable',
    'calico-node-not-ready',
    'bgp-session-down',
    'typha-unreachable',
  ],
  traffic:
    'What the firewall forwards depends on its zones; mostly hosts reach everything and pods reach little or nothing.',
  prevent: [
    'Disable firewalld and ufw on nodes, as Calico asks for, and protect hosts by host endpoints instead.',
    'Where they must stay, trust the pods’ and Services’ ranges and cali+ interfaces in the image from which nodes are made.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['units', 'settings'],
      why: 'whether a firewall manager runs, and what it does with routed packets',
      command: ({ node }) =>
        `ssh ${node} 'systemctl is-active firewalld ufw iptables nftables; ufw status verbose; firewall-cmd --list-all-zones | head -60'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['filterRules', 'filterChains'],
      why: 'whether a REJECT stands in FORWARD before “Policy explicitly accepted packet.”, or in a table of firewalld’s own',
      command: ({ node }) =>
        `ssh ${node} 'iptables -L FORWARD -nv --line-numbers; nft list table inet firewalld | grep -B2 -A12 "chain filter_FORWARD"'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether a pod is refused at once (“No route to host”) or waits in vain',
      command: 'kubectl exec <pod> -- nc -vz -w 3 <pod-on-another-node> <port>',
      cost: 4,
    }),
  ],
}
