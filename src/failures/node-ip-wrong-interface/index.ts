import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type WrongInterfaceState } from '#failures/node-ip-wrong-interface/detect.ts'

export const mode: Mode<WrongInterfaceState> = {
  id: 'node-ip-wrong-interface',
  title: 'a node is registered under an address of the wrong interface',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'dataplane-not-programmed',
    'node-flapping',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods of that node reach only each other; the rest of the cluster goes on.',
  prevent: [
    'Set IP_AUTODETECTION_METHOD to kubernetes-internal-ip, or to interface= or cidr= that fits every node.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['nodes', 'calicoNodes'],
      why: 'whether the address that Calico has is Kubernetes’ InternalIP',
      command:
        'kubectl get nodes -o yaml | grep -E "^    name:|projectcalico.org/IPv[46]Address|type: InternalIP|address:"; calicoctl get nodes -o wide',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'which interface calico-node chose, and whether it changes its mind',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'autodetect|address has changed'`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'how calico-node looks for the address',
      command: ({ namespace }) =>
        `kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -A1 -E 'IP6?_AUTODETECTION_METHOD|name: IP$'`,
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['links'],
      why: 'whose address it is',
      command: ({ node }) => `ssh ${node} 'ip -d addr'`,
      cost: 4,
    }),
  ],
}
