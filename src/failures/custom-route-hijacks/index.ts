import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector } from '#failures/custom-route-hijacks/detect.ts'

export const mode: Mode<undefined> = {
  id: 'custom-route-hijacks',
  title: 'A custom route of the cloud network takes the cluster’s packets elsewhere',
  owner: 'network',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'bgp-session-down',
    'calico-node-not-ready',
    'node-not-ready',
    'pods-not-ready-on-node',
  ],
  traffic: 'Whatever the route’s destination covers is lost or answered by somebody else; the rest flows.',
  prevent: ['Before a route is added, compare its destination with the cluster’s nodes, pods and services.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['cloudRules'],
      why: 'whether a route covers addresses of nodes or pods, and where it leads',
      command:
        'ibmcloud is vpc-routing-tables <vpc>; ibmcloud is vpc-routing-table-routes <vpc> <routing-table>',
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['ipPools'],
      why: 'which addresses are pods’',
      command: 'kubectl get ippools.crd.projectcalico.org -o yaml',
      cost: 2,
    }),
  ],
}
