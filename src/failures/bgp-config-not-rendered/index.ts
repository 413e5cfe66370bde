import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type RenderState } from '#failures/bgp-config-not-rendered/detect.ts'

export const mode: Mode<RenderState> = {
  id: 'bgp-config-not-rendered',
  title: 'BIRD does not carry the peers of the datastore',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'bird-not-running',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods keep the routes that BIRD has; new nodes and peers are out of reach.',
  prevent: ['Watch for confd’s “Config check failed”, and upgrade Calico as a whole, with its templates.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether confd renders, and what BIRD answers',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'confd|bird: /etc|Config check|checkcmd'`,
    }),
    ask(facts, about, {
      fills: ['bgpSessions'],
      why: 'the last column says why a session is down',
      command: ({ node }) => `ssh ${node} 'sudo calicoctl node status'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['bgpPeers', 'settings'],
      why: 'which peers the datastore holds',
      command: 'kubectl get bgpconfigurations.crd.projectcalico.org,bgppeers.crd.projectcalico.org -o yaml',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'what was rendered',
      command: ({ namespace, pod }) =>
        `kubectl exec -n ${namespace} ${pod} -c calico-node -- cat /etc/calico/confd/config/bird.cfg`,
      cost: 4,
    }),
  ],
}
