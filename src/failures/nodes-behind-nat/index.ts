import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type NatState } from '#failures/nodes-behind-nat/detect.ts'

export const mode: Mode<NatState> = {
  id: 'nodes-behind-nat',
  title: 'nodes reach each other through NAT',
  owner: 'network',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods of one node reach each other; routes to the others are missing.',
  prevent: ['Put nodes on one routed network, without address translation between them.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'from which address BIRD is called',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'unexpected connect'`,
    }),
    ask(facts, about, {
      fills: ['routes'],
      why: 'whether that address is a gateway of the nodes',
    }),
    ask(facts, about, {
      fills: ['captures'],
      why: 'with which address BGP of the peers arrives',
      command: ({ node }) => `ssh ${node} 'timeout 20 tcpdump -ni any -c 20 tcp port 179'`,
      cost: 6,
    }),
    ask(facts, about, {
      fills: ['nodes', 'calicoNodes'],
      why: 'whether the address that Calico has is Kubernetes’ InternalIP',
      command:
        'kubectl get nodes -o yaml | grep -E "^    name:|projectcalico.org/IPv[46]Address|type: InternalIP|address:"; calicoctl get nodes -o wide',
      cost: 1,
    }),
  ],
}
