import { ask } from '#cluster/asking.ts'
import { askTypha } from '#cluster/symptoms/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type TyphaState } from '#failures/typha-unhealthy/detect.ts'

export const mode: Mode<TyphaState> = {
  id: 'typha-unhealthy',
  title: 'Typha is not there, cannot be found, or does not work',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'typha-unreachable',
    'calico-node-not-ready',
    'calico-node-start-failing',
    'operator-degraded',
    'pods-not-ready-on-node',
    'cross-node-traffic-failing',
    'sandbox-creation-failing',
    'cni-not-initialized',
    'node-not-ready',
    'network-unavailable',
    'bgp-session-down',
    'bird-not-running', // confd gets no configuration for it
  ],
  traffic: 'What was programmed before goes on; policy changes, new pods and restarted nodes get nothing.',
  prevent: [
    'Run at least as many Typhas as the size of the cluster asks for, spread over nodes, with a disruption budget.',
    'Let Typha tolerate node.kubernetes.io/network-unavailable: without it neither Typha nor calico-node can be first.',
    'Keep the name and namespace of Typha’s Service the same in calico-config (typha_service_name) and in the manifest.',
  ],
  questions: (about, facts) => [
    askTypha(facts, about),
    ask(facts, about, {
      fills: ['settings'],
      why: 'under which name and in which namespace calico-node looks for it',
      command: ({ namespace }) =>
        `kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -i -A1 typha; kubectl get configmap -n ${namespace} calico-config -o yaml | grep typha`,
    }),
    ask(facts, about, {
      fills: ['events', 'messages'],
      why: 'why a Typha is not ready: its events, and its own log',
      command: ({ namespace }) =>
        `kubectl describe pod -n ${namespace} -l k8s-app=calico-typha; kubectl logs -n ${namespace} -l k8s-app=calico-typha --tail=100`,
      cost: 2,
    }),
  ],
}
