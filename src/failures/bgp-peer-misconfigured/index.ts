import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type PeeringState } from '#failures/bgp-peer-misconfigured/detect.ts'

export const mode: Mode<PeeringState> = {
  id: 'bgp-peer-misconfigured',
  title: 'a BGP peering is configured wrongly',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'bgp-session-down',
    'pod-traffic-failing',
    'calico-node-not-ready',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods of one node reach each other; other nodes’ pods are out of reach, and no probe complains.',
  prevent: ['Have the replacement peers Established before the mesh goes off.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['bgpPeers', 'settings'],
      why: 'whether the mesh is on, and which peers are configured',
      command: 'kubectl get bgpconfigurations.crd.projectcalico.org,bgppeers.crd.projectcalico.org -o yaml',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['bgpSessions'],
      why: 'the last column says why a session is down',
      command: ({ node }) => `ssh ${node} 'sudo calicoctl node status'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['nodes'],
      why: 'whether the labels that selectors ask for are there',
      command: 'kubectl get nodes --show-labels',
      cost: 1,
    }),
  ],
}
