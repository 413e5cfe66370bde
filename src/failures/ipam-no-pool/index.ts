import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type NoPoolState } from '#failures/ipam-no-pool/detect.ts'

export const mode: Mode<NoPoolState> = {
  id: 'ipam-no-pool',
  title: 'No enabled pool can be used for the node, pod or tunnel',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'address-assignment-failing',
    'sandbox-creation-failing',
    'calico-node-start-failing',
    'calico-node-not-ready',
    'operator-degraded',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods that have an address go on; new ones get none.',
  prevent: [
    'Leave the old pool enabled until the new one is there and pods get addresses out of it.',
    'Give one pool the selector all(), so that a node with other labels is not left without.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['ipPools'],
      why: 'which pools there are, whether they are disabled, and which nodes and uses they are for',
      command: 'calicoctl get ippools -o yaml || kubectl get ippools.crd.projectcalico.org -o yaml',
    }),
    ask(facts, about, {
      fills: ['nodes'],
      why: 'the labels that the pools’ node selectors are matched with',
      command: 'kubectl get nodes --show-labels',
    }),
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether a pod or its namespace names a pool that is not there',
      command: `kubectl get pods,namespaces -A -o yaml | grep -E 'cni.projectcalico.org/(ipv4pools|ipv6pools|ipAddrs)'`,
      cost: 3,
    }),
  ],
}
