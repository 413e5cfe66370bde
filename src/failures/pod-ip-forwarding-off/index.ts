import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ForwardingState, symptoms } from '#failures/pod-ip-forwarding-off/detect.ts'

export const mode: Mode<ForwardingState> = {
  id: 'pod-ip-forwarding-off',
  title: 'IP forwarding is off in a pod that must pass packets on, or on the host',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [...symptoms],
  traffic:
    'A pod’s own traffic flows; what it should pass on for others is dropped. With the host’s forwarding off no pod reaches anything.',
  prevent: [
    'Decide for the whole cluster with allow_ip_forwarding (operator: containerIPForwarding), or give single pods an init container.',
    'Keep net.ipv4.ip_forward = 1 in a file of sysctl.d on every node, and look for hardening tools that set it back.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether the pod and its host forward',
      command: ({ node }) =>
        `kubectl exec -n <namespace> <pod> -- cat /proc/sys/net/ipv4/ip_forward; ssh ${node} 'sysctl net.ipv4.ip_forward; grep -rs ip_forward /etc/sysctl.conf /etc/sysctl.d'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether Calico lets pods forward',
      command: ({ node }) =>
        `ssh ${node} 'grep -A2 container_settings /etc/cni/net.d/*calico*'; kubectl get installations.operator.tigera.io default -o yaml | grep -i containerIPForwarding`,
      cost: 3,
    }),
  ],
}
