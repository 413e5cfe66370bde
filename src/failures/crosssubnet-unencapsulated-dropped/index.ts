import { ask } from '#cluster/asking.ts'
import { cloudTold } from '#cluster/clouds.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type CrossSubnetState, detector } from '#failures/crosssubnet-unencapsulated-dropped/detect.ts'

export const mode: Mode<CrossSubnetState> = {
  id: 'crosssubnet-unencapsulated-dropped',
  title: 'packets that leave without a tunnel are dropped by the network',
  owner: 'provider',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
    'calico-node-not-ready',
    'calico-api-unavailable',
  ],
  traffic:
    'Pods of one node, and of nodes in different subnets, reach each other; pods of different nodes in one subnet do not.',
  prevent: [
    'Use CrossSubnet, or no encapsulation, only where the check of senders is off on every machine, also on those that come later.',
    'Give calico-node’s role ec2:ModifyNetworkInterfaceAttribute before awsSrcDstCheck is set to Disable.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['ipPools'],
      why: 'whether pools use CrossSubnet or no encapsulation',
      command: 'kubectl get ippools.crd.projectcalico.org -o yaml',
    }),
    ask(facts, about, {
      fills: ['nodes'],
      why: 'which nodes share a subnet, and in whose cloud they are',
      command: 'kubectl get nodes -o yaml | grep -E "^    name:|IPv4Address|providerID"',
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether the cloud checks senders: each machine must be allowed other addresses than its own',
      command:
        'aws ec2 describe-instance-attribute --instance-id <instance> --attribute sourceDestCheck; openstack port show <port> -c port_security_enabled -c allowed_address_pairs',
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['routes', 'captures'],
      why: 'whether the route to a pod on a node of the same subnet leads through the card, and whether its packets arrive there',
      command: ({ node }) =>
        `ssh ${node} 'ip route get <pod-address>; timeout 10 tcpdump -ni any -c 5 icmp'; ssh <other-node> 'timeout 10 tcpdump -ni any -c 5 icmp'`,
      cost: 5,
    }),
    // Felix can do that on AWS only; who complains may not have said where the nodes run.
    ...(facts.isComplaint === true || cloudTold(facts, 'AWS') !== undefined
      ? [
          ask(facts, about, {
            fills: ['messages'],
            why: 'whether Felix is refused when it switches the check off',
            command: ({ namespace, pod }) =>
              `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=-1 | grep -i source-destination-check`,
            cost: 2,
          }),
        ]
      : []),
  ],
}
