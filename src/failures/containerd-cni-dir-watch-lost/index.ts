import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type WatchState } from '#failures/containerd-cni-dir-watch-lost/detect.ts'

export const mode: Mode<WatchState> = {
  id: 'containerd-cni-dir-watch-lost',
  title: 'containerd does not see the CNI configuration that is there',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: ['cni-not-initialized', 'sandbox-creation-failing', 'pods-not-ready-on-node'],
  traffic: 'Pods that run go on; new ones do not start, and the node takes none.',
  prevent: [
    'Never remove the folder /etc/cni/net.d under a running containerd: remove the files in it.',
    'Stop the runtime before kubeadm reset or a clean-up, and start it afterwards.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['hostPaths', 'settings'],
      why: 'whether the configuration lies there while containerd says that there is none',
      command: ({ node }) =>
        `ssh ${node} 'ls -l /etc/cni/net.d; sudo crictl info | grep -i lastCNILoadStatus'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether calico-node is ready there, so that it has written its file',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether the folder was removed while containerd ran',
      command: ({ node }) =>
        `ssh ${node} 'journalctl -u containerd --no-pager | grep -iE "cni conf|fs change event" | tail'`,
      cost: 5,
    }),
  ],
}
