import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ProxyState } from '#failures/cni-http-proxy/detect.ts'

export const mode: Mode<ProxyState> = {
  id: 'cni-http-proxy',
  title: 'The CNI plugin asks an HTTP proxy for the API server',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: ['sandbox-creation-failing', 'api-unreachable', 'pods-not-ready-on-node'],
  traffic: 'Pods that run go on; new ones get no network, and deleted ones stay in Terminating.',
  prevent: [
    'Wherever a runtime gets HTTP_PROXY, give it NO_PROXY with the service, pod and node ranges, .svc and .cluster.local.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether the runtime or kubelet has proxy variables, and what NO_PROXY excepts',
      command: ({ node }) =>
        `ssh ${node} 'systemctl show containerd crio docker kubelet rke2-agent rke2-server k3s -p Environment -p EnvironmentFiles; cat /etc/default/rke2-* /etc/environment'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['services'],
      why: 'the Service address that NO_PROXY has to hold',
      command: 'kubectl get service kubernetes -n default',
    }),
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether calico-node on the same node is well: it does not inherit the runtime’s variables',
    }),
  ],
}
