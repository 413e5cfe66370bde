import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type PortInUseState } from '#failures/bgp-port-in-use/detect.ts'

export const mode: Mode<PortInUseState> = {
  id: 'bgp-port-in-use',
  title: 'Another program has TCP 179, and BIRD cannot listen',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pods-not-ready-on-node',
  ],
  traffic:
    'Pods on the node reach each other; between it and other nodes nothing flows once old routes are gone.',
  prevent: [
    'Give each routing program of a host its own port or address: listenPort and bindMode in BGPConfiguration.',
    'Keep FRR, bgpd and other BGP speakers off the nodes, or let only one of them listen.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['listeners'],
      why: 'which program listens on 179',
      command: ({ node }) => `ssh ${node} 'ss -lntp "sport = :179"'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['bgpSessions'],
      why: 'whether the sessions there say “No listening socket”',
      command: ({ node }) => `ssh ${node} sudo calicoctl node status`,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether BIRD says “Address in use”',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'in use|listening socket'`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'on which port and address BIRD is told to listen',
      command: 'kubectl get bgpconfigurations.crd.projectcalico.org default -o yaml',
    }),
  ],
}
