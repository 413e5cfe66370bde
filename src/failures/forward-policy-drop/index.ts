import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ForwardState } from '#failures/forward-policy-drop/detect.ts'

export const mode: Mode<ForwardState> = {
  id: 'forward-policy-drop',
  title: 'the FORWARD chain drops packets of pods (policy DROP)',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'pod-traffic-failing',
    'cross-node-traffic-failing',
    'pods-not-ready-on-node',
    'calico-api-unavailable',
  ],
  traffic:
    'What Calico or kube-proxy accept by rule passes; the rest that a node should forward vanishes without an answer.',
  prevent: [
    'Set the policy of FORWARD to ACCEPT at boot, after Docker and hardening scripts have run, or tell Docker not to touch it.',
    'Give kube-proxy the pods’ range (clusterCIDR), so that it accepts what belongs to them.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['filterChains', 'filterRules'],
      why: 'whether FORWARD drops by default, whether its counter rises while it fails, and what stands before',
      command: ({ node }) =>
        `ssh ${node} 'iptables -L FORWARD -nv; sleep 10; iptables -L FORWARD -nv | head -1'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether kube-proxy knows the pods’ range',
      command: 'kubectl get configmap -n kube-system kube-proxy -o yaml | grep -i clusterCIDR',
    }),
    ask(facts, about, {
      fills: ['attempts'],
      why: 'whether it works at once with ACCEPT (undone by a reboot)',
      command: ({ node }) => `ssh ${node} 'iptables -P FORWARD ACCEPT'`,
      cost: 6,
    }),
  ],
}
