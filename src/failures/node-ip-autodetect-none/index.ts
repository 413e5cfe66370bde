import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type NoAddressState } from '#failures/node-ip-autodetect-none/detect.ts'

export const mode: Mode<NoAddressState> = {
  id: 'node-ip-autodetect-none',
  title: 'calico-node finds no address for its node',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-start-failing',
    'calico-node-not-ready',
    'bgp-session-down',
    'sandbox-creation-failing',
    'network-unavailable',
    'node-not-ready',
    'pods-not-ready-on-node',
  ],
  traffic:
    'Pods that run keep their network while the machine is up; nothing new starts there and BGP is down.',
  prevent: ['Before changing the autodetection method, look at the interface names of all nodes.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'what start-up says of the method and the interfaces',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'detect|valid|Terminating'`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'how the method is written',
      command: ({ namespace }) =>
        `kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -A1 -E 'name: (IP|IP6|IP6?_AUTODETECTION_METHOD)$'; kubectl get installation default -o yaml`,
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['links'],
      why: 'which interfaces there are, and what they are called',
      command: ({ node }) => `ssh ${node} 'ip -d addr'`,
      cost: 4,
    }),
  ],
}
