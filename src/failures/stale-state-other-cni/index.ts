import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type OtherCniState } from '#failures/stale-state-other-cni/detect.ts'

export const mode: Mode<OtherCniState> = {
  id: 'stale-state-other-cni',
  title: 'state of another pod network, or of an uninstalled Calico, is left on nodes',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'pod-traffic-failing',
    'cross-node-traffic-failing',
    'sandbox-creation-failing',
    'pods-not-ready-on-node',
    'bgp-session-down',
    'calico-node-not-ready',
    'dataplane-not-programmed',
    'api-unreachable',
  ],
  traffic:
    'It depends on what is left: mostly new pods have no connection, and pods from before go on until they are made anew.',
  prevent: [
    'Take a network away with its own uninstaller and reboot each node before the next one is installed.',
    'Make nodes anew when the pod network is changed, instead of changing it under running pods.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['pods', 'daemonSets'],
      why: 'whether a second pod network runs, or Calico runs at all',
      command:
        'kubectl get pods,daemonsets -A -o wide | grep -iE "calico|canal|flannel|weave|cilium|kube-router|antrea"',
    }),
    ask(facts, about, {
      fills: ['links', 'routes', 'hostPaths'],
      why: 'devices, routes and CNI files of other networks',
      command: ({ node }) => `ssh ${node} 'ip -d link; ip route; ls -l /etc/cni/net.d'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['filterChains', 'filterRules'],
      why: 'chains of other networks, or Calico’s after it was uninstalled, in both back-ends',
      command: ({ node }) =>
        `ssh ${node} 'iptables-legacy-save; iptables-nft-save' | grep -E "^:(cali|FLANNEL|WEAVE|CILIUM|KUBE-ROUTER|ANTREA)" | head -20`,
      cost: 4,
    }),
  ],
}
