import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type NameState } from '#failures/node-name-mismatch/detect.ts'

export const mode: Mode<NameState> = {
  id: 'node-name-mismatch',
  title: 'a machine is known under different names',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-start-failing',
    'pod-traffic-failing',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'sandbox-creation-failing',
    'bgp-session-down',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods of that machine have addresses and no routes; other nodes go on.',
  prevent: ['Take NODENAME from spec.nodeName, and keep host names as they were when the node joined.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['nodes', 'calicoNodes'],
      why: 'whether Calico and Kubernetes have the same names',
      command: 'kubectl get nodes -o wide; calicoctl get nodes -o wide',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'under which name calico-node works, and where it has it from',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'node name|FelixHostname|new node resource|already using'`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether NODENAME comes from spec.nodeName',
      command: ({ namespace }) =>
        `kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -A4 -E 'NODENAME|FELIX_FELIXHOSTNAME'`,
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['routes'],
      why: 'whether the host has routes to its own pods',
      command: ({ node }) => `ssh ${node} 'hostname; cat /var/lib/calico/nodename; ip route | grep cali'`,
      cost: 4,
    }),
  ],
}
