import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type BackendState, detector, symptoms } from '#failures/iptables-backend-mismatch/detect.ts'

export const mode: Mode<BackendState> = {
  id: 'iptables-backend-mismatch',
  title: 'Calico, kube-proxy and the host use different back-ends of iptables',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [...symptoms],
  traffic:
    'Partly: both sets of rules act, so that what one accepts the other may drop, mostly DNS, Services and egress.',
  prevent: [
    'Leave FELIX_IPTABLESBACKEND at Auto, and reboot a node after its iptables alternative was changed.',
    'Upgrade Calico and kube-proxy before the nodes move to an operating system with another back-end.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['filterChains', 'filterRules', 'versions'],
      why: 'whether both back-ends hold rules of Calico or Kubernetes',
      command: ({ node }) =>
        `ssh ${node} 'iptables -V; echo legacy; sudo iptables-legacy-save | grep -cE "cali-|KUBE-"; echo nft; sudo iptables-nft-save | grep -cE "cali-|KUBE-"'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'which back-end Felix was told to use',
      command: ({ namespace }) =>
        `kubectl get felixconfigurations.crd.projectcalico.org default -o yaml | grep -i backend; kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -A1 -i iptablesbackend`,
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'which back-end Felix found and took',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node | grep -iE "backendMode|detected backend|incompatible nft"`,
    }),
  ],
}
