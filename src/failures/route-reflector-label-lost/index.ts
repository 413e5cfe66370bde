import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type LabelLostState } from '#failures/route-reflector-label-lost/detect.ts'

export const mode: Mode<LabelLostState> = {
  id: 'route-reflector-label-lost',
  title: 'The route reflectors’ selector matches no node (label lost)',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'bgp-session-down',
    'pods-not-ready-on-node',
    'calico-node-not-ready',
    'pod-traffic-failing',
  ],
  traffic: 'Within each node only: without the reflectors no node learns the others’ routes.',
  prevent: [
    'Let whatever makes nodes (pool, autoscaler, kubelet --node-labels) set the label of the route reflectors.',
    'Have two reflectors at least, and watch how many nodes the selector matches.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['nodes'],
      why: 'which node has the label that the selector asks for',
      command: 'kubectl get nodes --show-labels',
    }),
    ask(facts, about, {
      fills: ['bgpPeers', 'settings'],
      why: 'the selectors of the peers, and whether the mesh is off',
      command: 'kubectl get bgppeers.crd.projectcalico.org,bgpconfigurations.crd.projectcalico.org -o yaml',
    }),
    ask(facts, about, {
      fills: ['bgpSessions', 'messages'],
      why: 'whether nodes have any peer at all',
      command: ({ node }) => `ssh ${node} sudo calicoctl node status`,
    }),
  ],
}
