import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ExhaustedState } from '#failures/ipam-blocks-exhausted/detect.ts'

export const mode: Mode<ExhaustedState> = {
  id: 'ipam-blocks-exhausted',
  title: 'IPAM has no free block or address left',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'address-assignment-failing',
    'sandbox-creation-failing',
    'calico-node-start-failing',
    'calico-node-not-ready',
    'cni-not-initialized',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods that have an address go on; new pods, and nodes that hold no block, get none.',
  prevent: [
    'Watch the share of blocks that are taken, not of addresses: every node takes at least one block.',
    'Let kube-controllers run: it gives back blocks of nodes that are gone and addresses that leaked.',
    'Size the pool for the largest number of nodes, and give the pool smaller blocks before it is used.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['ipamBlocks', 'nodes'],
      why: 'how many blocks are taken, how full they are, and whether their nodes still exist',
      command:
        'calicoctl ipam show --show-blocks; kubectl get blockaffinities.crd.projectcalico.org; kubectl get nodes',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'how many addresses are allocated that nobody uses (nothing is changed by it)',
      command: 'calicoctl ipam check --show-problem-ips',
      cost: 2,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether kube-controllers gives back what is no longer used',
      command: ({ namespace }) =>
        `kubectl logs -n ${namespace} deployment/calico-kube-controllers --tail=2000 | grep -iE 'ipam|leak|affinit|block'`,
      cost: 2,
    }),
  ],
}
