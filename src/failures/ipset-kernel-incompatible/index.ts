import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type IpsetState } from '#failures/ipset-kernel-incompatible/detect.ts'

export const mode: Mode<IpsetState> = {
  id: 'ipset-kernel-incompatible',
  title: 'Calico’s ipset cannot read the IP sets of this kernel',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  // The container is restarted for its Felix, and BIRD begins anew with it: sessions wait for graceful restart.
  symptoms: [
    'dataplane-not-programmed',
    'calico-node-not-ready',
    'pods-not-ready-on-node',
    'bgp-session-down',
  ],
  traffic: 'Pods that run keep their rules and go on; policy changes and new pods get no rules there.',
  prevent: ['Upgrade Calico before kernels and host tools that bring a newer ipset.'],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether Felix quotes “Kernel and userspace incompatible”',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -i ipset`,
    }),
    ask(facts, about, {
      fills: ['versions'],
      why: 'the ipset in the image against the one of the host',
      command: ({ namespace, pod, node }) =>
        `kubectl exec -n ${namespace} ${pod} -c calico-node -- ipset version; ssh ${node} 'ipset version; uname -r'`,
      cost: 4,
    }),
  ],
}
