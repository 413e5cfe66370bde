import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type NotOnHostState } from '#failures/node-ip-not-on-host/detect.ts'

export const mode: Mode<NotOnHostState> = {
  id: 'node-ip-not-on-host',
  title: 'a node is registered with an address that its host does not have',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'dataplane-not-programmed',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods of that node reach only each other; tunnels and BGP of the node are down.',
  prevent: ['Give nodes addresses that stay; restart calico-node after an address was changed.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether start-up, Felix or BIRD miss the address',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'assigned to this host|parent|bind|matching host interface'`,
    }),
    ask(facts, about, {
      fills: ['nodes', 'calicoNodes'],
      why: 'whether the address that Calico has is Kubernetes’ InternalIP',
      command:
        'kubectl get nodes -o yaml | grep -E "^    name:|projectcalico.org/IPv[46]Address|type: InternalIP|address:"; calicoctl get nodes -o wide',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['links'],
      why: 'which addresses the host has',
      command: ({ node }) => `ssh ${node} 'ip -d addr'`,
      cost: 4,
    }),
  ],
}
