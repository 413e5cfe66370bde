import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector } from '#failures/security-group-blocks/detect.ts'

export const mode: Mode<{ readonly group: string } | undefined> = {
  id: 'security-group-blocks',
  title: 'A security group does not let the nodes reach each other',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
    'typha-unreachable',
    'node-not-ready',
  ],
  traffic: 'Pods on one node reach each other; between nodes only what a rule still allows gets through.',
  prevent: [
    'Leave the rules that the provider made for the workers’ own group as they are; add rules, do not replace them.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['cloudRules'],
      why: 'whether the workers’ own security group still has its rule for itself',
      command: 'ibmcloud is security-groups; ibmcloud is security-group-rules kube-<cluster-id>',
      cost: 4,
    }),
  ],
}
