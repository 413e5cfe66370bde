import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type RouteState } from '#failures/route-not-usable/detect.ts'

export const mode: Mode<RouteState> = {
  id: 'route-not-usable',
  title: 'Kernel routes are missing, refused or dead ends although BGP is up',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'dataplane-not-programmed',
    'pods-not-ready-on-node',
    'pod-traffic-failing',
    'sandbox-creation-failing',
    'api-unreachable',
  ],
  traffic: 'Not to the ranges whose routes are wrong; all else flows.',
  prevent: [
    'Let nobody but Calico set routes to the pods’ ranges: routing daemons, other agents, scripts.',
    'Reboot nodes, or remove old routes, after the encapsulation was changed.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['routes'],
      why: 'whether each block has one route, and which are blackhole or unreachable besides the node’s own block',
      command: ({ node }) => `ssh ${node} 'ip route; ip -d route show type blackhole; ip -6 route'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['ipamBlocks'],
      why: 'whose blocks they are',
      command:
        'kubectl get blockaffinities.crd.projectcalico.org -o custom-columns=NODE:.spec.node,CIDR:.spec.cidr',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether the kernel refuses routes',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=5000 | grep -iE 'file exists|netlink|KRT'`,
    }),
    ask(facts, about, {
      fills: ['bgpSessions'],
      why: 'whether the peers are Established all the same',
      command: ({ node }) => `ssh ${node} sudo calicoctl node status`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether BIRD’s configuration lets routes into the kernel',
      command: ({ namespace, pod }) =>
        `kubectl exec -n ${namespace} ${pod} -c calico-node -- sh -c 'cat /etc/calico/confd/config/bird_ipam.cfg; grep -A8 "protocol kernel" /etc/calico/confd/config/bird.cfg'`,
      cost: 5,
    }),
  ],
}
