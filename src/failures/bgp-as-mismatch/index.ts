import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type AsState, detector } from '#failures/bgp-as-mismatch/detect.ts'

export const mode: Mode<AsState> = {
  id: 'bgp-as-mismatch',
  title: 'AS numbers do not agree',
  owner: 'network',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods are reachable from where other sessions lead; what this session carried is out of reach.',
  prevent: ['Write down which AS each side has and expects, and set it on nodes as well as on peers.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['bgpSessions'],
      why: 'the last column says why a session is down',
      command: ({ node }) => `ssh ${node} 'sudo calicoctl node status'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['settings', 'bgpPeers', 'calicoNodes'],
      why: 'which AS numbers Calico has and expects',
      command: 'calicoctl get bgpconfiguration,bgppeer -o yaml; calicoctl get nodes -o wide',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what BIRD says of the session',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'peer as|Received|Error'`,
    }),
  ],
}
