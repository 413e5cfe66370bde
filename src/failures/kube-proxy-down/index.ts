import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ProxyDownState } from '#failures/kube-proxy-down/detect.ts'

export const mode: Mode<ProxyDownState> = {
  id: 'kube-proxy-down',
  title: 'kube-proxy does not work on the node: Service addresses lead nowhere',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'api-unreachable',
    'calico-node-not-ready',
    'bgp-session-down',
    'calico-node-start-failing',
    'sandbox-creation-failing',
    'cni-not-initialized',
    'node-not-ready',
    'cni-install-failing',
    'pods-not-ready-on-node',
    'pod-traffic-failing',
    'cross-node-traffic-failing',
    'typha-unreachable',
    'network-unavailable',
  ],
  traffic:
    'Pods reach each other by address; Service addresses, DNS and the API server by its Service do not work from that node.',
  prevent: [
    'Watch kube-proxy’s DaemonSet as closely as Calico’s.',
    'Load the modules of its mode at boot (ip_vs, ip_vs_rr, ip_vs_wrr, ip_vs_sh, nf_conntrack, br_netfilter).',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether kube-proxy runs on just the broken nodes',
      command: 'kubectl get pods -A -o wide | grep -E "kube-proxy|calico-node"',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what stops it',
      command: ({ node }) =>
        `kubectl logs -n kube-system $(kubectl get pods -n kube-system -o name --field-selector spec.nodeName=${node} | grep kube-proxy) --tail=100`,
      cost: 2,
    }),
    ask(facts, about, {
      fills: ['filterChains', 'endpoints'],
      why: 'whether the node has rules for Services at all',
      command: ({ node }) =>
        `ssh ${node} 'iptables-save -t nat | grep -E "KUBE-SERVICES|default/kubernetes:https"; ipvsadm -Ln; nft list table ip kube-proxy'`,
      cost: 4,
    }),
  ],
}
