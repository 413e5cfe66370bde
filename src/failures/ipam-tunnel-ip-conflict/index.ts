import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type ConflictState, detector } from '#failures/ipam-tunnel-ip-conflict/detect.ts'

export const mode: Mode<ConflictState> = {
  id: 'ipam-tunnel-ip-conflict',
  title: 'A pod has the address of its node’s tunnel device',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: ['pod-traffic-failing', 'cross-node-traffic-failing', 'pods-not-ready-on-node'],
  traffic: 'Everything flows but to and from that one pod, and from the host itself through the tunnel.',
  prevent: [
    'Upgrade Calico: newer releases look at every start whether IPAM knows the tunnel’s address.',
    'Give new nodes new names, and delete the Node object of a machine that is gone before its name comes again.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['pods', 'nodes'],
      why: 'whether a pod has the address that the node’s annotation gives to its tunnel',
      command: `kubectl get nodes -o yaml | grep -E 'name:|TunnelAddr'; kubectl get pods -A -o wide`,
    }),
    ask(facts, about, {
      fills: ['ipamBlocks'],
      why: 'whether the block holds a handle ipip-tunnel-addr-… or vxlan-tunnel-addr-… for the node',
      command: 'kubectl get ipamblocks.crd.projectcalico.org -o yaml; calicoctl ipam check',
    }),
    ask(facts, about, {
      fills: ['links'],
      why: 'which address the tunnel device has',
      command: ({ node }) => `ssh ${node} 'ip addr show tunl0; ip addr show vxlan.calico'`,
      cost: 4,
    }),
  ],
}
