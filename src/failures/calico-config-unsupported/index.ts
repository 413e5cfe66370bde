import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type DriftState, detector } from '#failures/calico-config-unsupported/detect.ts'

export const mode: Mode<DriftState> = {
  id: 'calico-config-unsupported',
  title: 'Calico differs from what its managed provider sets and supports (IKS, ROKS)',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-not-ready',
    'calico-node-start-failing',
    'bgp-session-down',
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'dataplane-not-programmed',
    'operator-degraded',
    'bird-not-running',
    'network-unavailable',
    'pods-not-ready-on-node',
    'node-not-ready',
    'cni-not-initialized',
  ],
  traffic:
    'Depends on what was changed: a pool’s encapsulation cuts traffic between nodes, an image alone may cut nothing.',
  prevent: [
    'Change only what the provider’s documents describe (MTU, portmap, log levels, policies); never update Calico by hand.',
    'Compare the Installation and the default pool with the provider’s values after each change.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['nodes'],
      why: 'whether IBM manages the cluster, and on which infrastructure',
      command:
        'kubectl get nodes --show-labels | grep -o "ibm-cloud.kubernetes.io/[a-z-]*=[^,]*" | sort | uniq -c',
    }),
    ask(facts, about, {
      fills: ['settings', 'ipPools'],
      why: 'what differs from the provider’s values',
      command:
        'kubectl get installation default -o yaml; kubectl get ippools.crd.projectcalico.org,felixconfigurations.crd.projectcalico.org,bgpconfigurations.crd.projectcalico.org -o yaml',
    }),
    ask(facts, about, {
      fills: ['pods', 'versions'],
      why: 'whether all images are the provider’s and of one version',
      command: ({ namespace }) =>
        `kubectl get pods -n ${namespace} -o jsonpath='{range .items[*]}{.metadata.name}{"\\t"}{.spec.containers[*].image}{"\\n"}{end}' | grep calico`,
    }),
  ],
}
