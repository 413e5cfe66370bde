import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector } from '#failures/network-acl-blocks/detect.ts'

export const mode: Mode<undefined> = {
  id: 'network-acl-blocks',
  title: 'A network ACL of a subnet denies traffic between the nodes',
  owner: 'network',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'cross-node-traffic-failing',
    'calico-node-not-ready',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
    'node-not-ready',
  ],
  traffic:
    'Within a subnet traffic flows; across the subnet’s border only what an ACL allows in both directions does.',
  prevent: [
    'Keep the workers’ subnets on an ACL that allows everything between them, and filter with security groups.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['cloudRules'],
      why: 'whether an ACL of the workers’ subnets denies BGP, IP-in-IP or VXLAN in one direction',
      command: 'ibmcloud is network-acls; ibmcloud is network-acl-rules <acl-of-the-workers-subnet>',
      cost: 4,
    }),
  ],
}
