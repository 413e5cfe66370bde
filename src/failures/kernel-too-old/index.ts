import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type KernelState, symptoms } from '#failures/kernel-too-old/detect.ts'

export const mode: Mode<KernelState> = {
  id: 'kernel-too-old',
  title: 'The node’s kernel is too old for what Calico is asked to do (VXLAN over IPv6, eBPF)',
  owner: 'node',
  maturity: 'evidence-only',
  detector,
  symptoms: [...symptoms],
  traffic: 'IPv4 flows; IPv6 between nodes does not, and without eBPF Felix falls back to iptables.',
  prevent: [
    'Use VXLAN for IPv6 pools only on kernels from 4.19.1 (Red Hat: from 4.18.0), and eBPF only from 5.10.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['nodes', 'versions'],
      why: 'the kernel of each node: VXLAN over IPv6 needs 4.19.1, Red Hat’s 4.18.0',
      command: 'kubectl get nodes -o wide',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['ipPools'],
      why: 'whether an IPv6 pool uses VXLAN',
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['routes', 'links'],
      why: 'whether there are IPv6 routes over vxlan-v6.calico to the other nodes’ blocks',
      command: ({ node }) => `ssh ${node} 'uname -r; ip -6 route; ip -d link show vxlan-v6.calico'`,
      cost: 4,
    }),
  ],
}
