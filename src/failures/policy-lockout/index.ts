import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type LockoutState } from '#failures/policy-lockout/detect.ts'

export const mode: Mode<LockoutState> = {
  id: 'policy-lockout',
  title: 'a policy or HostEndpoint denies what the cluster needs',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'pod-traffic-failing',
    'cross-node-traffic-failing',
    'api-unreachable',
    'bgp-session-down',
    'typha-unreachable',
    'node-not-ready',
    'calico-node-not-ready',
    'pods-not-ready-on-node',
    'node-flapping',
    'calico-api-unavailable',
    'sandbox-creation-failing',
  ],
  traffic:
    'Everything that some policy allows flows; the rest is dropped without an answer, by port and namespace.',
  prevent: [
    'Apply new default-deny policies as Staged… first, with DNS, the API server, BGP, Typha and kubelet allowed beside them.',
    'Keep Calico’s failsafe ports; when a list of one’s own is needed, begin with a copy of Calico’s.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['policies'],
      why: 'which policies select everything, and whether they allow DNS (UDP and TCP 53) and the API server',
      command:
        'kubectl get globalnetworkpolicies.crd.projectcalico.org,networkpolicies.crd.projectcalico.org,networkpolicies.networking.k8s.io -A -o yaml',
    }),
    ask(facts, about, {
      fills: ['hostEndpoints', 'settings'],
      why: 'whether hosts are endpoints, and whether failsafe ports were changed',
      command:
        'kubectl get hostendpoints.crd.projectcalico.org,felixconfigurations.crd.projectcalico.org,kubecontrollersconfigurations.crd.projectcalico.org -o yaml | grep -iE "kind|name:|interfaceName|failsafe|port:|autoCreate"',
    }),
    ask(facts, about, {
      fills: ['filterRules'],
      why: 'which of Calico’s chains has dropped packets',
      command: ({ node }) =>
        `ssh ${node} 'iptables-save -c -t filter | grep -E "cali-.*DROP" | grep -v "^\\[0:0\\]"'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['remarks'],
      why: 'whether it began when a policy or HostEndpoint was applied',
      command:
        'kubectl get globalnetworkpolicies.crd.projectcalico.org,hostendpoints.crd.projectcalico.org --sort-by=.metadata.creationTimestamp',
      cost: 2,
    }),
  ],
}
