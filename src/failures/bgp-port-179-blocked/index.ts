import { askAccount } from '#cluster/account-question.ts'
import { ask } from '#cluster/asking.ts'
import { bgpComplaints } from '#cluster/bgp-complaints.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type BlockedState, detector } from '#failures/bgp-port-179-blocked/detect.ts'

export const mode: Mode<BlockedState> = {
  id: 'bgp-port-179-blocked',
  title: 'TCP 179 (BGP) is blocked between nodes',
  owner: 'network',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'calico-node-not-ready',
    'cross-node-traffic-failing',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods of one node reach each other; routes to other nodes are missing or go after four minutes.',
  prevent: [
    'Keep TCP 179 open between all nodes in every firewall, and make the rule outlive a reboot.',
    'Test 179 between a new node and two others before pods are put on it.',
  ],
  questions: (about, facts) => {
    const peer = bgpComplaints(facts).find((one) => one.peer !== '')?.peer ?? '<peer-address>'
    const isInfoKnown = bgpComplaints(facts).some(({ trouble }) => trouble !== 'untold')
    return [
      ...askAccount(facts),
      ask(facts, about, {
        fills: ['nodes', 'calicoNodes'],
        why: 'whether the peers that are named have the right addresses: Calico’s beside Kubernetes’ own, and all nodes Ready',
        command:
          "kubectl get nodes -o wide; kubectl get nodes -o custom-columns='NAME:.metadata.name,CALICO:.metadata.annotations.projectcalico\\.org/IPv4Address'",
      }),
      ...(isInfoKnown
        ? []
        : [
            ask(facts, about, {
              fills: ['bgpSessions'],
              why: 'the INFO column: no text is a dropped packet, “Host is unreachable” a rejected one, “refused” nobody who listens',
              command: ({ node }) => `ssh ${node} sudo calicoctl node status`,
            }),
          ]),
      ask(facts, about, {
        fills: ['reachability'],
        why: 'whether port 179 of a peer can be reached while the machine answers otherwise',
        command: ({ node }) =>
          `ssh ${node} 'nc -vz -w 3 ${peer} 179; nc -vz -w 3 ${peer} 22; ping -c 2 ${peer}'`,
        cost: 4,
      }),
      ask(facts, about, {
        fills: ['filterRules', 'units'],
        why: 'whether the host’s own firewall lets 179 in',
        command: ({ node }) =>
          `ssh ${node} 'iptables-save | grep -E "INPUT|179"; nft list ruleset | grep -n 179; systemctl is-active firewalld ufw nftables'`,
        cost: 5,
      }),
    ]
  },
}
