import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type CpuState, detector } from '#failures/cpu-starved/detect.ts'

export const mode: Mode<CpuState> = {
  id: 'cpu-starved',
  title: 'calico-node gets too little CPU, and its probes time out',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-not-ready',
    'bird-not-running',
    'bgp-session-down',
    'pods-not-ready-on-node',
    'node-flapping',
  ],
  traffic:
    'Mostly yes, slowly; each restart by a failed liveness probe takes the node’s BGP sessions with it.',
  prevent: [
    'Leave calico-node its CPU request (250m in the manifests), and set no CPU limit.',
    'Let probes take ten seconds (timeoutSeconds), as manifests of 3.20 and newer do.',
    'Limit what loads the node: requests for every application, room for system daemons (kube-reserved).',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['settings'],
      why: 'how busy the node is, and whether calico-node is at its CPU limit',
      command: ({ namespace, node }) =>
        `kubectl top nodes; kubectl top pods -n ${namespace} --containers | grep calico-node; ssh ${node} 'uptime; nproc; top -bn1 | head -5'`,
      cost: 2,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what the probes say, and after how many seconds they are cut off',
      command: ({ namespace, pod }) =>
        `kubectl describe pod -n ${namespace} ${pod} | grep -E 'Liveness|Readiness|Unhealthy|Killing'`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'requests, limits and time-outs of the container',
      command: ({ namespace }) =>
        `kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -E -A6 'resources:|livenessProbe:|readinessProbe:|timeoutSeconds'`,
    }),
  ],
}
