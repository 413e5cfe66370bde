import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type VxlanPortState } from '#failures/vxlan-port-4789-blocked/detect.ts'

export const mode: Mode<VxlanPortState> = {
  id: 'vxlan-port-4789-blocked',
  title: 'VXLAN packets (UDP 4789) are blocked between nodes',
  owner: 'network',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
    'calico-api-unavailable',
  ],
  traffic: 'Pods of one node reach each other and hosts reach hosts; pods of different nodes do not.',
  prevent: [
    'Open UDP 4789 between all nodes where the nodes are described, and test it before Calico is installed.',
    'Where the platform itself uses 4789, set vxlanPort to a free port before the first pod runs.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['ipPools', 'settings'],
      why: 'whether pools use VXLAN, and whether FELIX_VXLANPORT and the resource agree on the port',
      command: ({ namespace }) =>
        `kubectl get ippools.crd.projectcalico.org,felixconfigurations.crd.projectcalico.org -o yaml; kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -A1 FELIX_VXLANPORT`,
    }),
    ask(facts, about, {
      fills: ['captures'],
      why: 'whether VXLAN packets leave one node and come to the other, while a pod pings a pod there',
      command: ({ node }) =>
        `ssh ${node} 'timeout 10 tcpdump -ni any -c 5 udp port 4789'; ssh <other-node> 'timeout 10 tcpdump -ni any -c 5 udp port 4789'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['links', 'filterRules'],
      why: 'which port the devices use, and whether a firewall or Calico itself drops what comes there',
      command: ({ node }) =>
        `ssh ${node} 'ip -d link show type vxlan; iptables-save -c | grep -E "4789|VXLAN"'`,
      cost: 5,
    }),
  ],
}
