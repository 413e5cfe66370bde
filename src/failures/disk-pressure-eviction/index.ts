import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type DiskState, detector } from '#failures/disk-pressure-eviction/detect.ts'

export const mode: Mode<DiskState> = {
  id: 'disk-pressure-eviction',
  title: 'kubelet evicts Calico’s pods because the node’s disk is full',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-pod-evicted',
    'calico-node-missing-on-node',
    'calico-node-not-ready',
    'calico-pods-not-created',
    'host-out-of-resources',
    'typha-unreachable',
    'bgp-session-down',
    'pods-not-ready-on-node',
    'network-unavailable',
  ],
  traffic:
    'While calico-node is away its routes stay for two minutes on its peers; then the node’s pods are cut off.',
  prevent: [
    'Keep logs and images of a node in bounds, and warn at 80 % of its disk.',
    'Give applications limits of ephemeral-storage, so that kubelet evicts the one that fills the disk.',
    'Run calico-node with the priority class system-node-critical, as its manifests do.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['nodes', 'messages'],
      why: 'whether the node has DiskPressure, and what kubelet evicted',
      command: ({ node }) =>
        `kubectl describe node ${node}; kubectl get events -A --field-selector reason=Evicted`,
    }),
    ask(facts, about, { fills: ['pods'], why: 'which of Calico’s pods were evicted, and where' }),
    ask(facts, about, {
      fills: ['mounts'],
      why: 'which file system is full, of bytes or of inodes, and of what',
      command: ({ node }) =>
        `ssh ${node} 'df -h; df -i; sudo du -xsh /var/log /var/lib/containerd /var/lib/kubelet; sudo crictl images'`,
      cost: 4,
    }),
  ],
}
