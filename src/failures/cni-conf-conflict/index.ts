import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type ConfConflictState, detector } from '#failures/cni-conf-conflict/detect.ts'

export const mode: Mode<ConfConflictState> = {
  id: 'cni-conf-conflict',
  title: 'Several CNI configurations or plugins are at work on a node',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'sandbox-creation-failing',
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
    'cni-not-initialized',
    'cni-install-failing',
  ],
  traffic:
    'Pods that the other plugin set up are not reached across nodes and are under no policy; Calico’s own go on.',
  prevent: [
    'Install one pod network, and remove the files of an earlier one from /etc/cni/net.d on every node.',
    'Change CNI_CONF_NAME only together with removing the old file.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['hostPaths'],
      why: 'which configurations lie there; the runtime takes the first by name',
      command: ({ node }) => `ssh ${node} 'ls -l /etc/cni/net.d'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['pods', 'daemonSets'],
      why: 'whether two pods have one address, and whether another pod network runs',
      command: 'kubectl get daemonsets -A; kubectl get pods -A -o wide',
    }),
    ask(facts, about, {
      fills: ['ipPools'],
      why: 'whether pods’ addresses are of Calico’s pools',
    }),
  ],
}
