import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type MtuState } from '#failures/mtu-mismatch/detect.ts'

export const mode: Mode<MtuState> = {
  id: 'mtu-mismatch',
  title: 'packets are larger than the way between nodes carries (MTU)',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'api-unreachable',
    'pods-not-ready-on-node',
    'calico-api-unavailable',
    'calico-image-not-pulled',
    'node-not-ready', // kubelet's reports are large
    'calico-node-not-ready',
  ],
  traffic: 'Small packets pass; connections come up and stall with the first large packet.',
  prevent: [
    'Leave the MTU to Felix (0, or no value), with an mtuIfacePattern that matches the cards; else write down card minus overhead.',
    'Give all nodes one MTU, and test with ping -M do -s between pods of two nodes after each change of the network.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['links'],
      why: 'the MTU of card, tunnel and a pod’s interface: pod ≤ tunnel, and tunnel + 20 (IPIP), 50 (VXLAN) or 60 (WireGuard) ≤ card',
      command: ({ node }) => `ssh ${node} 'ip link; cat /var/lib/calico/mtu'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether somebody set an MTU',
      command: ({ namespace }) =>
        `kubectl get installation default -o jsonpath='{.spec.calicoNetwork.mtu}'; kubectl get configmap -n ${namespace} calico-config -o yaml | grep mtu; kubectl get felixconfigurations.crd.projectcalico.org -o yaml | grep -i mtu`,
    }),
    ask(facts, about, {
      fills: ['reachability'],
      why: 'from which size on packets between nodes are lost',
      command: ({ node }) =>
        `ssh ${node} 'for s in 1472 1452 1422 1392 1352; do ping -c 1 -W 1 -M do -s $s <other-node>; done'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether Felix says that the configured MTU is larger than the host’s',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=-1 | grep -i mtu`,
    }),
  ],
}
