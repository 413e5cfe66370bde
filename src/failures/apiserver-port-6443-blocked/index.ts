import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type BlockedState, detector } from '#failures/apiserver-port-6443-blocked/detect.ts'

export const mode: Mode<BlockedState> = {
  id: 'apiserver-port-6443-blocked',
  title: 'A control-plane host does not let the node in at the API server’s port (6443)',
  owner: 'network',
  maturity: 'lab',
  detector,
  symptoms: [
    'api-unreachable',
    'calico-node-not-ready',
    'sandbox-creation-failing',
    'calico-node-start-failing',
    'node-not-ready',
    'cni-not-initialized',
    'cni-install-failing',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
    'typha-unreachable',
    'bgp-session-down',
  ],
  traffic:
    'Between pods yes, as far as it was programmed; calls of the API server fail, all or a part of them.',
  prevent: [
    'Open 6443/tcp from all nodes on every control-plane host, and test it from a new node before it joins.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['reachability'],
      why: 'which control-plane host does not let this node in: each by its own address, then the Service’s',
      command: ({ node }) =>
        `for s in $(kubectl get endpoints kubernetes -n default -o jsonpath='{.subsets[*].addresses[*].ip}'); do ssh ${node} "ping -c 1 -W 2 $s; nc -vz -w 3 $s 6443"; done`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['filterRules', 'units'],
      why: 'whether a firewall on the control-plane host rejects it',
      command: `ssh <control-plane-host> 'iptables -S INPUT; firewall-cmd --list-all; ufw status'`,
      cost: 5,
    }),
  ],
}
