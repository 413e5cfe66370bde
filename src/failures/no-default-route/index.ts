import { ask } from '#cluster/asking.ts'
import { serviceAddress } from '#cluster/service-address.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type NoRouteState } from '#failures/no-default-route/detect.ts'

export const mode: Mode<NoRouteState> = {
  id: 'no-default-route',
  title: 'The host has no route for the Service address (no default route)',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'api-unreachable',
    'sandbox-creation-failing',
    'calico-node-start-failing',
    'cni-install-failing',
    'calico-node-not-ready',
    'bgp-session-down',
    'node-not-ready',
    'cni-not-initialized',
    'pods-not-ready-on-node',
    'network-unavailable',
  ],
  traffic:
    'Between nodes of one subnet, yes; the node reaches no Service and nothing outside, and new pods do not start.',
  prevent: [
    'Give every node a default route, also in a network without a way out; or a route for the Service range on its card.',
    'With several cards, configure which of them holds the default route, and Calico’s autodetection with it.',
  ],
  questions: (about, facts) => {
    const service = serviceAddress(facts) ?? '<kubernetes-service-ip>'
    return [
      ask(facts, about, {
        fills: ['routes', 'links'],
        why: 'whether the host has a default route, and by which card it goes to the Service address',
        command: ({ node }) => `ssh ${node} 'ip route; ip route get ${service}; ip -br addr'`,
        cost: 3,
      }),
      ask(facts, about, {
        fills: ['messages'],
        why: 'whether it is “network is unreachable”, not a time-out',
        command: `kubectl get events -A --field-selector reason=FailedCreatePodSandBox | grep -o 'dial tcp.*' | sort | uniq -c`,
      }),
      ask(facts, about, {
        fills: ['reachability'],
        why: 'whether the API server is reached from there, by its Service and directly',
        command: ({ node }) =>
          `ssh ${node} 'nc -vz -w 3 ${service} 443; nc -vz -w 3 <api-server-address> 6443'`,
        cost: 4,
      }),
    ]
  },
}
