import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type DuplicateState, detector } from '#failures/node-ip-duplicate/detect.ts'

export const mode: Mode<DuplicateState> = {
  id: 'node-ip-duplicate',
  title: 'two nodes claim one address',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-start-failing',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'bgp-session-down',
    'sandbox-creation-failing',
    'pods-not-ready-on-node',
  ],
  traffic:
    'Pods of the second node get no network; the first one goes on, until both are registered and routes go astray.',
  prevent: [
    'Delete the Node of a machine when the machine goes.',
    'Choose the address by a method that gives another one on each machine.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'who has the address already',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'already using|conflict|autodetect'`,
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
      why: 'whose address it is, and whether every host has the same',
      command: ({ node }) => `ssh ${node} 'ip -d addr'`,
      cost: 4,
    }),
  ],
}
