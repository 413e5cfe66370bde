import { ask } from '#cluster/asking.ts'
import { askTypha } from '#cluster/symptoms/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type BlockedState, detector } from '#failures/typha-port-5473-blocked/detect.ts'

export const mode: Mode<BlockedState> = {
  id: 'typha-port-5473-blocked',
  title: 'TCP 5473 does not get through: calico-node cannot reach Typha on another node',
  owner: 'network',
  maturity: 'lab',
  detector,
  symptoms: [
    'typha-unreachable',
    'calico-node-not-ready',
    'calico-node-start-failing',
    'pods-not-ready-on-node',
    'cni-not-initialized',
    'node-not-ready',
    'sandbox-creation-failing',
    'network-unavailable',
    'cross-node-traffic-failing',
    'bgp-session-down',
  ],
  traffic: 'What was programmed before goes on; that node learns of no new pods, policies and nodes.',
  prevent: [
    'Allow TCP 5473 between all nodes, in the same rule as TCP 179 and the encapsulation.',
    'After each change of firewalls or security groups, test the port from a node without a Typha.',
  ],
  questions: (about, facts) => [
    askTypha(facts, about),
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether the port answers from the host, and whether the host answers at all',
      command: ({ node }) =>
        `ssh ${node} 'nc -vz -w 3 <typha-node-address> 5473; nc -vz -w 3 <typha-node-address> 10250'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['filterRules', 'cloudRules'],
      why: 'which rule takes the port',
      command: ({ node }) =>
        `ssh ${node} 'iptables-save -c | grep -E "5473|DROP|REJECT"; nft list ruleset | grep 5473'`,
      cost: 5,
    }),
  ],
}
