import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type MigrationState } from '#failures/operator-migration-stuck/detect.ts'

export const mode: Mode<MigrationState> = {
  id: 'operator-migration-stuck',
  title: 'The move from manifests (kube-system) to the operator (calico-system) does not go on',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'operator-degraded',
    'calico-node-not-ready',
    'calico-node-missing-on-node',
    'cni-not-initialized',
    'node-not-ready',
    'typha-unreachable',
    'bgp-session-down',
    'sandbox-creation-failing',
    'network-unavailable',
    'pods-not-ready-on-node',
  ],
  traffic:
    'Nodes with the old or the new calico-node go on; a node between the two has none and gets no new pods.',
  prevent: [
    'Before the move: every node Ready and every pod of kube-system’s calico-node, Typha and kube-controllers rolled out.',
    'During the move: no updates, reloads or new nodes; look after it until the labels are gone.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['nodes'],
      why: 'which nodes wait, which were taken over, and which are not Ready',
      command: 'kubectl get nodes -L projectcalico.org/operator-node-migration',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what the operator waits for',
      command:
        'kubectl logs -n tigera-operator deployment/tigera-operator --tail=300 | grep -i migrat; kubectl get tigerastatus calico -o yaml',
      cost: 2,
    }),
    ask(facts, about, {
      fills: ['daemonSets', 'pods'],
      why: 'which pod of the two DaemonSets is not ready',
      command: 'kubectl get daemonsets,pods -A -o wide | grep -E "calico-node|calico-typha"',
    }),
  ],
}
