import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector } from '#failures/gateway-blocks/detect.ts'

export const mode: Mode<undefined> = {
  id: 'gateway-blocks',
  title: 'A gateway appliance or firewall between the nodes drops their traffic',
  owner: 'network',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'cross-node-traffic-failing',
    'calico-node-not-ready',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
    'node-not-ready',
    'typha-unreachable',
  ],
  traffic:
    'Within a network, which does not pass the gateway, everything flows; across it only what the gateway lets through.',
  prevent: [
    'Write the nodes’ networks into the gateway’s rules as a whole, and tell it of new VLANs and subnets before workers get them.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['bgpSessions'],
      why: 'whether sessions fail exactly across one border',
      command: ({ node }) => `ssh ${node} 'sudo calicoctl node status'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['cloudRules'],
      why: 'whether the appliance drops TCP 179, protocol 4 or UDP 4789 between these networks, and what was changed on it',
      command: 'show firewall (on the gateway appliance)',
      cost: 6,
    }),
  ],
}
