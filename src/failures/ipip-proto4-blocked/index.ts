import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type IpipState } from '#failures/ipip-proto4-blocked/detect.ts'

export const mode: Mode<IpipState> = {
  id: 'ipip-proto4-blocked',
  title: 'IP-in-IP packets (protocol 4) are blocked between nodes',
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
    'Allow IP protocol number 4 between all nodes, by number, in the same place where the nodes are described.',
    'On a network that carries no IP in IP (Azure), install with VXLAN from the start.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['ipPools'],
      why: 'whether pools use IP in IP at all, and whether always or across subnets only',
      command: 'kubectl get ippools.crd.projectcalico.org -o yaml',
    }),
    ask(facts, about, {
      fills: ['captures'],
      why: 'whether packets of protocol 4 leave one node and come to the other, while a pod pings a pod there',
      command: ({ node }) =>
        `ssh ${node} 'timeout 10 tcpdump -ni any -c 5 ip proto 4'; ssh <other-node> 'timeout 10 tcpdump -ni any -c 5 ip proto 4'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['cloudRules', 'filterRules'],
      why: 'whether the nodes’ security group and firewall allow protocol number 4 (not 94)',
      command: ({ node }) =>
        `ssh ${node} 'iptables-save | grep -E -e "-p (4|94|ipencap|ipip) "; nft list ruleset | grep -iE "ipencap|ipip|protocol (4|94)"'`,
      cost: 5,
    }),
  ],
}
